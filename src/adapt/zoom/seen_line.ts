/** A setpoint of a line and what was read there; NaN where it was not. */
interface Seen {
  /** Where on the line: 0 is its first setpoint, 1 its second, 1.5 half-way to the third. */
  readonly place: number;
  readonly setpoint: number;
  readonly reading: number;
}

/** Places on a line nearer than this are one. */
const SAME = 1e-9;

/**
 * All that was measured on a line, in order, whatever order it came in; what could not be measured is known to have been
 * tried. Places count the line's own setpoints, so that an uneven line is cut unevenly, too.
 */
export class SeenLine {
  readonly #seen: Seen[] = [];

  /** `setpoints` of the line only rise or only fall. */
  constructor(readonly setpoints: readonly number[]) {}

  /** How many points, good or not. */
  get points(): number {
    return this.#seen.length;
  }

  /** Notes what was read at a place. */
  add(place: number, reading: number): void {
    this.#seen.splice(this.#after(place), 0, { place, setpoint: this.setpointAt(place), reading });
  }

  /** How far the nearest place is that was measured; ∞ when none was. */
  distance(place: number): number {
    const k = this.#after(place), before = this.#seen[k - 1], behind = this.#seen[k];
    return Math.min(before ? place - before.place : Infinity, behind ? behind.place - place : Infinity);
  }

  /** The good readings, by ascending setpoint. */
  good(): { x: Float64Array; y: Float64Array } {
    const good = this.#seen.filter(({ reading }) => !Number.isNaN(reading));
    if (this.#falls) good.reverse();
    return { x: Float64Array.from(good, (s) => s.setpoint), y: Float64Array.from(good, (s) => s.reading) };
  }

  /** The setpoint at a place of the line, itself one of the line's where the place is whole. */
  setpointAt(place: number): number {
    const last = this.setpoints.length - 1, near = Math.round(place);
    if (Math.abs(place - near) < SAME) return this.setpoints[Math.min(Math.max(near, 0), last)];
    const i = Math.min(Math.max(Math.floor(place), 0), last - 1);
    return this.setpoints[i] + (this.setpoints[i + 1] - this.setpoints[i]) * (place - i);
  }

  /** The place of a setpoint; that of the nearer end beyond the line. */
  placeOf(setpoint: number): number {
    const { setpoints } = this, sign = this.#falls ? -1 : 1;
    let low = 0, high = setpoints.length - 1;
    if (sign * (setpoint - setpoints[low]) <= 0) return 0;
    if (sign * (setpoint - setpoints[high]) >= 0) return high;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (sign * (setpoint - setpoints[middle]) >= 0) low = middle;
      else high = middle;
    }
    return low + (setpoint - setpoints[low]) / (setpoints[high] - setpoints[low]);
  }

  get #falls(): boolean {
    return this.setpoints.length > 1 && this.setpoints[1] < this.setpoints[0];
  }

  /** The first entry beyond a place. */
  #after(place: number): number {
    let low = 0, high = this.#seen.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#seen[middle].place <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
