import { DeviceError } from "../../core/errors.ts";
import type { Asking, Talk } from "./scpi_link.ts";

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
  if (!errors.length) return;
  throw new DeviceError(asking.name, asking.action, `"${command}": the instrument says ${errors.join("; ")}`);
}
