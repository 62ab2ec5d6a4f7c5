import { DeviceError } from "../../core/errors.ts";
import { ConnectionEnded } from "./scpi_connection.ts";
import type { Asking, ScpiLink } from "./scpi_link.ts";
import { takeErrors } from "./tell_checked.ts";

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
