/** Bytes as people say them, in powers of 1000: `614 kB`, `1.2 GB`. */
export function fileSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let k = 0, amount = bytes;
  for (; amount >= 999.5 && k < units.length - 1; k++) amount /= 1000;
  return `${k > 0 && amount < 9.95 ? amount.toFixed(1) : Math.round(amount)} ${units[k]}`;
}
