import type { Clock } from "../../core/clock.ts";
import type { Axis, Op } from "../../core/device.ts";
import { DeviceError, show } from "../../core/errors.ts";
import type { Setpoint } from "../../core/point.ts";
import { explainSilence } from "./explain_silence.ts";
import { parseNumber } from "./parse_numbers.ts";
import { ReplyError } from "./reply_buffer.ts";
import { tellChecked } from "./tell_checked.ts";
import type { Asking, ScpiLink, Talk } from "./scpi_link.ts";
import type { ScpiAxis, ScpiPoll } from "./scpi_table.ts";

/** What an axis speaks over. */
export interface AxisParts {
  /** The axis' name in the rig. */
  readonly name: string;
  readonly link: ScpiLink;
  readonly clock: Clock;
  /** The query of the error queue. */
  readonly errors?: string;
}

/** A move that says nothing else may take that long. */
const MOVE_MS = 600_000, POLL_MS = 20;

/** What a stop waits for at most. */
const REST_MS = 10_000;

/** An axis that is set and asked by commands. */
export function scpiAxis(entry: ScpiAxis, parts: AxisParts): Axis {
  const { set, get, wait, stop, speed, unit = "", labels, ...info } = entry, { name, link, errors } = parts;
  const codes = codesOf(labels), timeoutMs = info.timeoutMs ?? MOVE_MS;
  const asking = (action: string, op: Op): Asking => ({ name, action, signal: op.signal });
  let last: Setpoint | undefined;

  const move = async (setpoint: Setpoint, op: Op) => {
    const about = asking("set", op), command = set.replaceAll("{}", codes?.get(String(setpoint)) ?? String(setpoint));
    last = undefined;
    await link.exchange(about, (talk) =>
      tellChecked(talk, about, errors, command, async () => {
        await talk.tell(command);
        if (typeof wait === "string") await talk.ask(wait, timeoutMs);
      }));
    if (typeof wait === "object") await poll(about, wait, timeoutMs, parts);
    last = setpoint;
  };

  const ask = async (op: Op): Promise<Setpoint> => {
    if (get !== undefined) {
      const about = asking("readback", op);
      return await explainSilence(
        link,
        about,
        errors,
        () => link.repeatable(about, (talk) => askSetpoint(talk, get, codes)),
      );
    }
    if (last !== undefined) return last;
    throw new DeviceError(
      name,
      "readback",
      "it is not known: the axis has no `get`, and was not set since it last failed",
    );
  };

  const halt = async () => {
    const about = asking("stop", { signal: new AbortController().signal });
    await link.urgent(about, [stop!]);
    last = undefined;
    await rest(about, wait, stop!, parts);
  };

  return {
    ...info,
    unit,
    ...(codes && { labels: [...codes.keys()] }),
    ...(speed && { moveMs: (from: Setpoint, to: Setpoint) => 1000 * Math.abs(Number(to) - Number(from)) / speed }),
    set: move,
    readback: ask,
    ...(stop !== undefined && { stop: halt }),
  };
}

/** Waits until what was stopped is at rest, then asks whether the command for it was understood. */
export async function rest(
  about: Asking,
  wait: ScpiAxis["wait"],
  command: string,
  parts: Omit<AxisParts, "name">,
): Promise<void> {
  const { link, errors } = parts;
  if (typeof wait === "object") await poll(about, wait, REST_MS, parts);
  if (errors === undefined && typeof wait !== "string") return;
  await link.exchange(about, (talk) =>
    tellChecked(talk, about, errors, command, async () => {
      if (typeof wait === "string") await talk.ask(wait, REST_MS);
    }));
}

/** Between two questions it is others' turn, so that a detector can be read while an axis moves. */
async function poll(about: Asking, wait: ScpiPoll, timeoutMs: number, { link, clock }: Omit<AxisParts, "name">) {
  const { ask, is, everyMs = POLL_MS } = wait, deadlineMs = clock.nowMs() + timeoutMs;
  while (true) {
    const answer = await link.repeatable(about, (talk) => talk.ask(ask));
    if (same(answer, is)) return;
    if (clock.nowMs() > deadlineMs) {
      const message = `"${ask}" still answers ${show(answer)} after ${timeoutMs} ms; awaited: ${show(is)}`;
      throw new DeviceError(about.name, about.action, message);
    }
    await clock.sleep(everyMs, about.signal);
  }
}

function codesOf(labels: ScpiAxis["labels"]): ReadonlyMap<string, string> | undefined {
  if (labels === undefined) return undefined;
  const entries = Array.isArray(labels) ? labels.map((label) => [label, label] as const) : Object.entries(labels);
  return new Map(entries);
}

/** An answer that is no label, or no number, leaves the exchange as one that went wrong. */
function askSetpoint(talk: Talk, get: string, codes: ReadonlyMap<string, string> | undefined): Promise<Setpoint> {
  return talk.ask(get, undefined, (buffer) => {
    const answer = buffer.line();
    if (answer === undefined) return undefined;
    if (!codes) return parseNumber(answer);
    for (const [label, code] of codes) if (same(answer, code)) return label;
    throw new ReplyError(`${show(answer)} is none of ${[...codes.values()].map((code) => show(code)).join(", ")}`);
  });
}

/** Instruments write `1`, `+1` and `1.0E0`, `FAST` and `"fast"`, and mean the same. */
function same(answer: string, code: string): boolean {
  const [a, b] = [answer, code].map((text) => text.trim().replace(/^"(.*)"$/, "$1").toLowerCase());
  return a === b || (a !== "" && b !== "" && Number(a) === Number(b));
}
