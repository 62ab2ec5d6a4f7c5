/** Where the ticks of an axis stand and what is written at them. */
export interface Ticks {
  /** Ascending, within the domain. */
  readonly at: readonly number[];
  /** As many, all different. */
  readonly labels: readonly string[];
  /** What is to be added to every label, written at the end of the axis, as in `+1.7e9`; empty for most. */
  readonly offset: string;
}

const SUFFIX: Readonly<Record<number, string>> = {
  "-15": "f",
  "-12": "p",
  "-9": "n",
  "-6": "µ",
  "-3": "m",
  0: "",
  3: "k",
  6: "M",
  9: "G",
  12: "T",
};

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 1, 2 or 5 times a power of ten, so that about `count` of them fit into `length`. */
export function niceStep(length: number, count: number): number {
  const rough = length / Math.max(1, count), power = 10 ** Math.floor(Math.log10(rough)), ratio = rough / power;
  return power * (ratio >= 7.07 ? 10 : ratio >= 3.16 ? 5 : ratio >= 1.41 ? 2 : 1);
}

/**
 * About `count` ticks at round numbers (1, 2 or 5 times a power of ten), with labels that differ.
 *
 * @example
 * ```ts
 * import { linearTicks } from "./ticks.ts";
 * console.assert(linearTicks([0, 1], 5).labels.join() === "0.0,0.2,0.4,0.6,0.8,1.0");
 * ```
 */
export function linearTicks([low, high]: readonly [number, number], count: number): Ticks {
  const step = niceStep(high - low, count), at: number[] = [];
  if (!(step > 0) || !Number.isFinite(step)) return { at, labels: [], offset: "" };
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  for (let k = first; k <= last && at.length < 1000; k++) {
    // Steps below 1 are divided by their whole inverse: 3 / 10 is 0.3, 3 × 0.1 is not.
    const tick = step < 1 ? k / Math.round(1 / step) : k * step;
    at.push(Number.isFinite(tick) ? tick + 0 : k * step);
  }
  const exact = 1 / step < 1e15 ? at : at.map((_, i) => (first + i) * step);
  return { at: exact, ...labelTicks(exact, step) };
}

/** Ticks at powers of ten, and at 2 and 5 times those where the domain is short. */
export function logTicks([low, high]: readonly [number, number], count: number): Ticks {
  const from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high)), decades = Math.log10(high / low);
  if (decades < 0.7) return linearTicks([low, high], count);
  const factors = decades < count / 2 ? [1, 2, 5] : [1], every = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const at: number[] = [];
  for (let power = Math.ceil(from / every) * every; power <= to; power += every) {
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) at.push(tick);
    }
  }
  // Suffixes from 1k on where some tick needs one, so that 1000, 10000 and 100k do not stand side by side.
  const short = high >= 1e5;
  return {
    at,
    labels: at.map((tick) => short && tick >= 1e3 && tick < 1e5 ? scaled(tick, 3, 0) : formatNumber(tick)),
    offset: "",
  };
}

/** A tick at each label, or at every n-th where there are more than `count`. */
export function labelAxisTicks(labels: readonly string[], count: number): Ticks {
  const every = Math.max(1, Math.ceil(labels.length / Math.max(1, count)));
  const at = labels.map((_, i) => i).filter((i) => i % every === 0);
  return { at, labels: at.map((i) => labels[i]), offset: "" };
}

/** Labels for ticks a `step` apart: one exponent and as many decimals for all, an offset where they would be long. */
function labelTicks(at: readonly number[], step: number): Omit<Ticks, "at"> {
  const largest = Math.max(...at.map(Math.abs), step), digits = Math.log10(largest / step);
  if (digits > 6 && at.length > 1) {
    const base = at[0], rest = at.map((_, k) => k * step);
    return { ...labelTicks(rest, step), offset: (base < 0 ? "−" : "+") + plainExponent(Math.abs(base)) };
  }
  const power = largest >= 1e-3 && largest < 1e5 ? 0 : Math.floor(Math.log10(largest) / 3 + 1e-9) * 3;
  const decimals = Math.min(20, Math.max(0, power - Math.floor(Math.log10(step) + 1e-9)));
  return { labels: at.map((tick) => scaled(tick, power, decimals)), offset: "" };
}

/**
 * One number to read: about `significant` digits, SI suffixes (`20k`, `1.5µ`) where it is large or small, and powers of
 * ten beyond those.
 */
export function formatNumber(x: number, significant = 4): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const rounded = Number(x.toPrecision(significant)), size = Math.abs(rounded);
  const power = size >= 1e-3 && size < 1e5 ? 0 : Math.floor(Math.log10(size) / 3 + 1e-12) * 3;
  const decimals = Math.max(0, significant - 1 - Math.floor(Math.log10(size) - power + 1e-12));
  const [mantissa, tail] = split(scaled(rounded, power, Math.min(20, decimals)));
  return (mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa) + tail;
}

/** A number with its unit at a resolution: `640.22 nm` at 0.01, `31.4 kHz` at 100. */
export function formatQuantity(x: number, unit: string, resolution: number): string {
  const size = Math.abs(x), step = resolution > 0 && Number.isFinite(resolution) ? resolution : size / 1000 || 1;
  const power = size === 0 || (size >= 1e-3 && size < 1e6) ? 0 : Math.floor(Math.log10(size) / 3 + 1e-12) * 3;
  const decimals = Math.min(12, Math.max(0, power - Math.floor(Math.log10(step) + 1e-9)));
  const [mantissa, tail] = split(scaled(x, power, decimals));
  const prefixed = /^(m|s|g|A|K|V|W|Hz|J|N|Pa|F|C|H|T|eV|Ohm|ohm)$/.test(unit) && !tail.startsWith("×");
  if (!unit || unit === "1") return mantissa + tail;
  return prefixed ? `${mantissa} ${tail}${unit}` : `${mantissa}${tail} ${unit}`;
}

/** How large a step stands for a tenth of `width`, so that the width has two digits. */
export function resolutionOf(width: number): number {
  return width > 0 && Number.isFinite(width) ? 10 ** (Math.floor(Math.log10(width) + 1e-9) - 1) : 0;
}

function split(label: string): [string, string] {
  const end = label.search(/[^−\d.]/);
  return end < 0 ? [label, ""] : [label.slice(0, end), label.slice(end)];
}

function scaled(x: number, power: number, decimals: number): string {
  // Through text, because 10 ** −324 and the like are not doubles.
  const [mantissa, exponent = "0"] = String(x).split("e");
  const text = Math.abs(Number(`${mantissa}e${Number(exponent) - power}`)).toFixed(decimals);
  const sign = x < 0 && /[1-9]/.test(text) ? "−" : "";
  return sign + text + (SUFFIX[power] ?? `×10${superscript(power)}`);
}

function superscript(power: number): string {
  return (power < 0 ? "⁻" : "") + [...String(Math.abs(power))].map((digit) => SUPERSCRIPT[Number(digit)]).join("");
}

function plainExponent(x: number): string {
  const [mantissa, exponent] = x.toExponential().split("e");
  return x >= 1e-3 && x < 1e12 ? String(x) : `${mantissa}×10${superscript(Number(exponent))}`;
}
