import { InputError, type Issue, messageOf, show } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Rig, RigAxis } from "../../core/rig.ts";
import { MoveRouter } from "../../scan/engine/move_router.ts";
import { forbiddenOf } from "../../scan/forbid/forbidden_of.ts";
import { interruptible } from "../interruptible.ts";
import { openRig, type RigOption, unitTail } from "../open_rig.ts";
import { type OutputOptions, print, printJson } from "../output.ts";
import { shortNumber } from "../short_number.ts";
import { textTable } from "../text_table.ts";

/** Where an axis shall go. */
interface Move {
  readonly axis: RigAxis;
  readonly setpoint: Setpoint;
}

function issue(path: string, message: string, received: unknown, allowed?: string): Issue {
  return { path, message, received, allowed, severity: "error" };
}

/** `x=1.5` as a move, or what is wrong with it. */
function parseMove(word: string, rig: Rig): Move | Issue {
  const at = word.indexOf("="), name = word.slice(0, at).trim(), text = word.slice(at + 1).trim();
  if (at < 1 || !text) return issue(word, `is no move; allowed: AXIS=SETPOINT, as in x=1.5`, word, "AXIS=SETPOINT");
  const axis = rig.axes.get(name);
  if (!axis) return issue(name, `is no axis of the rig; ${didYouMean(name, rig.axes.keys())}`, name);
  const setpoint = axis.labels ? text : Number(text);
  if (Number.isNaN(setpoint)) return issue(name, `expected a number, received ${show(text)}`, text, "a number");
  try {
    axis.check(setpoint);
    return { axis, setpoint };
  } catch (thrown) {
    return issue("", messageOf(thrown), setpoint);
  }
}

/** All of them, or every issue. */
function parseMoves(words: readonly string[], rig: Rig): Move[] {
  const parsed = words.map((word) => parseMove(word, rig));
  const issues = parsed.filter((move): move is Issue => "message" in move);
  const moves = parsed.filter((move): move is Move => "axis" in move), names = moves.map(({ axis }) => axis.name);
  for (const name of new Set(names.filter((name, k) => names.indexOf(name) !== k))) {
    issues.push(issue(name, "is told twice where to go; allowed: once", name, "once"));
  }
  if (issues.length) throw new InputError(issues);
  return moves;
}

/** Moves all axes at once; whatever stops one of them stops them all. */
async function moveAll(moves: readonly Move[], signal: AbortSignal): Promise<void> {
  const failed = new AbortController(), op = { signal: AbortSignal.any([signal, failed.signal]) };
  const stop = () => moves.forEach(({ axis }) => void stopQuietly(axis));
  op.signal.addEventListener("abort", stop, { once: true });
  const outcomes = await Promise.allSettled(moves.map(async ({ axis, setpoint }) => {
    try {
      await axis.set(setpoint, op);
    } catch (thrown) {
      failed.abort(thrown);
      throw thrown;
    }
  }));
  op.signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (outcomes.some(({ status }) => status === "rejected")) throw failed.signal.reason;
}

/**
 * Moves to where the axes shall go: what derived ones move, all by one move of it, from the side that play in a drive wants, and
 * out of the way of what the rig forbids: one after the other where only that is free.
 */
async function moveThere(moves: readonly Move[], rig: Rig, signal: AbortSignal): Promise<void> {
  const names = [...rig.axes.keys()], axisOf = (name: string) => rig.axes.get(name)!;
  const rankOf = (name: string) => names.indexOf(name), backlashOf = (name: string) => axisOf(name).backlash ?? 0;
  const router = new MoveRouter(axisOf, rankOf, backlashOf, forbiddenOf(rig));
  const asked = new Map(moves.map(({ axis, setpoint }) => [axis.name, setpoint]));
  const { legs, reached } = await router.route(asked, { signal });
  for (const leg of legs) await moveAll([...leg].map(([name, setpoint]) => ({ axis: axisOf(name), setpoint })), signal);
  for (const [derivation, setpoints] of reached) derivation.reached(setpoints);
}

/** What goes wrong while stopping is not what the person wants to know. */
async function stopQuietly(axis: RigAxis): Promise<void> {
  try {
    await axis.stop?.("abort");
  } catch {
    // The move's own error, or the interrupt, is what is reported.
  }
}

/** `sonde move`: moves axes to setpoints, all at once, and shows where they report to be. */
export async function moveCommand(words: readonly string[], options: OutputOptions & RigOption): Promise<void> {
  using interrupt = interruptible("the axes were stopped");
  await using rig = await openRig(options, interrupt.signal);
  const moves = parseMoves(words, rig);
  await moveThere(moves, rig, interrupt.signal);
  const reached = await Promise.all(moves.map(async ({ axis, setpoint }) => {
    return { name: axis.name, unit: axis.unit, setpoint, readback: await axis.readback(interrupt) };
  }));
  if (options.json) return printJson({ axes: reached });
  print(textTable(reached.map(({ name, unit, readback }) => {
    return [name, typeof readback === "number" ? `${shortNumber(readback)}${unitTail(unit)}` : readback];
  })));
}
