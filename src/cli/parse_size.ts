import { InvalidArgumentError } from "commander";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `500MB`, `1.5 GB` or a number of bytes; powers of 1000. */
export function parseSize(text: string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])?b)?\s*$/i.exec(text) ?? [];
  const bytes = Math.round(Number(number) * UNITS[(unit ?? "").toLowerCase()]);
  if (number === undefined || !(bytes > 0)) {
    throw new InvalidArgumentError(`received "${text}"; allowed: a size, as in 500MB or 2GB`);
  }
  return bytes;
}

/** `y,x`: names with commas between them. */
export function parseNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError(`received "${text}"; allowed: names with commas between them`);
  return names;
}
