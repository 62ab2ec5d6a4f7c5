/** A motion from one place to another: how long it takes and where it is at any time. */
export interface Travel {
  /** Until the axis says that it has arrived. */
  readonly durationMs: number;
  /** The true place after `elapsedMs`. */
  at(elapsedMs: number): number;
}

/** No motion. */
export function standstill(place: number): Travel {
  return { durationMs: 0, at: () => place };
}

/** Milliseconds since 1970 in a double are whole multiples of 2⁻¹² ms: what is due is due within two of them. */
const CLOCK_MS = 2 ** -11;

/** An overhead, then constant speed. `speed` is in units per second. */
export function steadyTravel(from: number, to: number, speed: number, overheadMs: number): Travel {
  if (from === to) return standstill(to);
  const durationMs = overheadMs + Math.abs(to - from) / speed * 1000;
  return {
    durationMs,
    at(elapsedMs) {
      if (elapsedMs >= durationMs - CLOCK_MS) return to;
      // A tiny move may take no longer than its overhead; the division below would then be 0 / 0.
      if (elapsedMs <= overheadMs) return from;
      return from + (to - from) * (elapsedMs - overheadMs) / (durationMs - overheadMs);
    },
  };
}

/**
 * A first-order controller: the place follows its reference with time constant `tauMs`. The reference goes to `to` at
 * `rate` units per second, or at once. It has arrived when it is within `band` of the setpoint, and goes on approaching.
 */
export function firstOrderTravel(from: number, to: number, tauMs: number, band: number, rate?: number): Travel {
  const distance = to - from;
  const slope = rate === undefined ? 0 : Math.sign(distance) * rate / 1000;
  const rampMs = slope === 0 ? 0 : distance / slope;
  const onRamp = (ms: number) => from + slope * (ms - tauMs * -Math.expm1(-ms / tauMs));
  const endOfRamp = rampMs ? onRamp(rampMs) : from;
  const lag = Math.abs(to - endOfRamp);
  return {
    durationMs: lag <= band ? rampMs : rampMs + tauMs * Math.log(lag / band),
    at(ms) {
      return ms < rampMs ? onRamp(Math.max(0, ms)) : to + (endOfRamp - to) * Math.exp(-(ms - rampMs) / tauMs);
    },
  };
}
