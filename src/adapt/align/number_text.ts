/** A number for people: six digits at the most. */
export function numberText(number: number): string {
  return String(Number(number.toPrecision(6)));
}

/** A number for the data of a note, which is JSON: null where it was not found. */
export function numberOrNull(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}
