import type { Rig } from "../core/rig.ts";
import { readList } from "./read_list.ts";
import type { Response } from "./rehearse.ts";
import type { RunSignals, SignalOptions } from "./run_signals.ts";

/**
 * Tries something on twins of a rig: `begin` gives what a new one answers. Undefined where that would take longer than this
 * share of the time that is left, or where a twin cannot answer.
 */
export type TwinTrial = <T>(share: number, trial: (begin: () => Response) => T) => T | undefined;

/** What rehearsing on a twin depends on beside the rig. */
export interface TwinTrialOptions extends SignalOptions {
  /** How long it may take, ms of the computer; nothing is tried when left out. */
  readonly rehearsalMs?: number;
}

/** A twin was given up: `cause` says why, where it was not for the time. */
class TwinGivenUp extends Error {}

/**
 * How something is tried on the twins of a simulated rig: each begins where the rig stands, and reads what a run would read.
 * Undefined where the rig has none.
 *
 * @param known what is read and derived
 */
export function twinTrial(
  rig: Rig,
  known: RunSignals,
  { read = [], rehearsalMs = 0 }: TwinTrialOptions,
): TwinTrial | undefined {
  const { twin } = rig;
  if (!twin || rehearsalMs <= 0) return undefined;
  const asked = deviceNames(rig, known), all = asked(read), endMs = performance.now() + rehearsalMs;
  return (share, trial) => {
    const nowMs = performance.now(), untilMs = nowMs + share * (endMs - nowMs);
    const begin = (): Response => {
      const own = orGivenUp(() => twin());
      return (setpoint, _pass, elapsedMs, words) => {
        if (performance.now() > untilMs) throw new TwinGivenUp("it takes too long");
        return orGivenUp(() => own.answer(setpoint, elapsedMs, words ? asked(words) : all));
      };
    };
    try {
      return trial(begin);
    } catch (thrown) {
      if (thrown instanceof TwinGivenUp) return undefined;
      throw thrown;
    }
  };
}

/** What the twin cannot do is no mistake of the plan. */
function orGivenUp<T>(ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    throw new TwinGivenUp("it does not answer", { cause });
  }
}

/** The devices that words of a `read` list name; cameras only where something is derived from them, since frames take long. */
function deviceNames(rig: Rig, { derived }: RunSignals): (words: readonly string[]) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  const numeric = (device: string) =>
    [...rig.channels.values()].some((one) => one.device === device && !one.shape?.length);
  return (words) => {
    const key = words.join();
    let names = known.get(key);
    if (!names) {
      const devices = readList(rig, words).channels.map(({ device }) => device);
      known.set(key, names = new Set(devices.filter((device) => derived || numeric(device))));
    }
    return names;
  };
}
