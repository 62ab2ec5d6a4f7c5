/**
 * A copy that JSON can hold: typed arrays become arrays, and numbers that are not finite become null.
 * In a figure null reads as "not measured" again, because it is not finite.
 */
export function plainData<T>(data: T): T {
  return copy(data) as T;
}

function copy(part: unknown): unknown {
  if (typeof part === "number") return Number.isFinite(part) ? part : null;
  if (typeof part === "bigint") return Number(part);
  if (Array.isArray(part)) return part.map(copy);
  if (ArrayBuffer.isView(part)) return Array.from(part as unknown as ArrayLike<number>, copy);
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(
    Object.entries(part).filter(([, entry]) => entry !== undefined).map(([key, entry]) => [key, copy(entry)]),
  );
}
