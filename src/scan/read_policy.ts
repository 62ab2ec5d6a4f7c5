/** What to do with a detector that fails: declared, never guessed. */
export interface OnReadError {
  /** How often it is read again before it counts as failed; 2 when left out. Moves are never retried. */
  readonly retries?: number;
  /**
   * Then: `record` NaN with `quality` failed and go on (the default), `skipLine` (the rest of the innermost line is
   * recorded as skipped, nothing moves), `pause` (and measure the point again on resume), or `abort`.
   */
  readonly then?: "record" | "skipLine" | "pause" | "abort";
}

/** The policy with its defaults filled in. */
export function readPolicy(declared: OnReadError = {}): Required<OnReadError> {
  return { retries: declared.retries ?? 2, then: declared.then ?? "record" };
}
