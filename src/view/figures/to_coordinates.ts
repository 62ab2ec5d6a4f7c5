/** A copy as doubles, also of 64-bit integers. */
export function toNumbers(data: ArrayLike<number> | ArrayLike<bigint>): Float64Array {
  const numbers = new Float64Array(data.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = Number(data[i]);
  return numbers;
}

/** Coordinates as numbers; words become their places in a list of labels. */
export interface Coordinates {
  readonly coordinates: Float64Array;
  readonly labels?: readonly string[];
}

/** Numbers (also 64-bit ones), or words, each of which gets its place among the different ones. */
export function toCoordinates(values: ArrayLike<number> | ArrayLike<bigint> | readonly string[]): Coordinates {
  if (values.length && typeof values[0] === "string") {
    const labels = [...new Set(values as readonly string[])], places = new Map(labels.map((label, i) => [label, i]));
    return { coordinates: Float64Array.from(values as readonly string[], (label) => places.get(label)!), labels };
  }
  return { coordinates: toNumbers(values as ArrayLike<number>) };
}

/**
 * Whether coordinates are meant in equal ratios (a `logspace` of a decade or more): their ratios agree and their
 * differences do not.
 */
export function isGeometric(coordinates: ArrayLike<number>): boolean {
  const n = coordinates.length, first = coordinates[0], last = coordinates[n - 1];
  if (n < 4 || !(first > 0) || !(last > 0) || Math.max(last / first, first / last) < 10) return false;
  const ratio = (last / first) ** (1 / (n - 1));
  return Array.from(coordinates).every((at, i) => i === 0 || Math.abs(at / coordinates[i - 1] / ratio - 1) < 1e-3);
}
