import { DeviceError } from "../../core/errors.ts";
import { ConnectionEnded } from "./scpi_connection.ts";
import type { Asking, ScpiLink, Talk } from "./scpi_link.ts";

/** No instrument's queue is longer; one that never says "no error" must not be asked for ever. */
const MOST = 32;

/**
 * Empties an instrument's error queue: what it says until it says `0,"No error"`.
 *
 * @param query as in `SYST:ERR?`
 */
export async function takeErrors(talk: Talk, query: string, timeoutMs?: number): Promise<string[]> {
  const errors: string[] = [];
  while (errors.length < MOST) {
    const text = await talk.ask(query, timeoutMs);
    if (/^[+-]?0+\s*(,|$)/.test(text)) break;
    errors.push(text);
  }
  return errors;
}

/** Says a command, waits for its answer where it asks, and throws what the instrument's error queue then holds. */
export async function tellChecked(
  talk: Talk,
  asking: Asking,
  query: string | undefined,
  command: string,
  say: () => Promise<unknown> = () => talk.tell(command),
): Promise<void> {
  await say();
  if (query === undefined) return;
  const errors = await takeErrors(talk, query);
  if (errors.length) throw refusal(asking, command, errors);
}

/** The error for what an instrument's queue said of a command. */
export function refusal({ name, action }: Asking, command: string, errors: readonly string[]): DeviceError {
  return new DeviceError(name, action, `"${command}": the instrument says ${errors.join("; ")}`);
}

/** An instrument that is asked why it did not answer has this long, ms. */
const WHY_MS = 1_000;

/**
 * A query that an instrument does not understand is not answered: when an answer did not come in time, its error queue is asked
 * on a new connection, and what it holds stands in the error.
 */
export async function explainSilence<T>(
  link: ScpiLink,
  asking: Asking,
  query: string | undefined,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    const silent = thrown instanceof DeviceError && thrown.cause instanceof ConnectionEnded &&
      thrown.cause.why === "late";
    if (!silent || query === undefined || asking.signal.aborted) throw thrown;
    const errors = await link.exchange(asking, (talk) => takeErrors(talk, query, WHY_MS)).catch(() => []);
    if (!errors.length) throw thrown;
    const message = thrown.message.slice(`${asking.name}: ${asking.action}: `.length);
    throw new DeviceError(asking.name, asking.action, `${message}; the instrument says ${errors.join("; ")}`, {
      cause: thrown.cause,
    });
  }
}
