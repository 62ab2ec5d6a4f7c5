/** Milliseconds as people say them: `12 ms`, `3.4 s`, `2 min 5 s`, `7 h 12 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "an unknown time";
  if (ms < 1000) return `${ms < 10 && ms % 1 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`;
  const units: [string, number][] = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1000]];
  const first = units.findIndex(([, size]) => ms >= size - 500), [name, size] = units[Math.max(0, first)];
  if (first === units.length - 1) return `${Math.round(ms / 1000)} s`;
  const [next, nextSize] = units[first + 1];
  const rounded = Math.round(ms / nextSize) * nextSize, rest = Math.round((rounded % size) / nextSize);
  return `${Math.floor(rounded / size)} ${name}${rest ? ` ${rest} ${next}` : ""}`;
}
