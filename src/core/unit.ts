/** What a unit measures, and how large it is, in metres, kilograms, seconds, amperes, kelvins, moles, candelas and radians. */
export interface Unit {
  /** Its size is `mantissa` · 10^`exponent`: powers of ten are kept apart, so that µm become mm without rounding twice. */
  readonly mantissa: number;
  /** The power of ten. */
  readonly exponent: number;
  /** Where its zero lies, in units of its kind without a zero of their own: 273.15 for degC. */
  readonly zero: number;
  /** Exponents of the base units. */
  readonly dimension: readonly number[];
}

/** How numbers of one unit become numbers of another. */
export interface Conversion {
  /** A number that counts from the unit's zero. */
  convert(x: number): number;
  /** A length or a step, to which zeros do not matter. */
  scale(x: number): number;
  /** Whether the two units count from one zero. */
  readonly sameZero: boolean;
}

const BASE = ["m", "kg", "s", "A", "K", "mol", "cd", "rad"] as const;

/** Prefixes by symbol and by name, as powers of ten. */
const PREFIXES: Readonly<Record<string, number>> = {
  ...{ Y: 24, Z: 21, E: 18, P: 15, T: 12, G: 9, M: 6, k: 3, h: 2, da: 1, d: -1, c: -2, m: -3, u: -6, "µ": -6, "μ": -6 },
  ...{ n: -9, p: -12, f: -15, a: -18, z: -21, y: -24 },
  ...{
    giga: 9,
    mega: 6,
    kilo: 3,
    hecto: 2,
    deci: -1,
    centi: -2,
    milli: -3,
    micro: -6,
    nano: -9,
    pico: -12,
    femto: -15,
  },
};

/** Units that take prefixes: `mantissa`, power of ten, and what they measure. */
const PREFIXABLE: Readonly<Record<string, readonly [number, number, string]>> = {
  m: [1, 0, "m"],
  g: [1, -3, "kg"],
  s: [1, 0, "s"],
  A: [1, 0, "A"],
  K: [1, 0, "K"],
  mol: [1, 0, "mol"],
  cd: [1, 0, "cd"],
  rad: [1, 0, "rad"],
  Hz: [1, 0, "s-1"],
  N: [1, 0, "kg m s-2"],
  Pa: [1, 0, "kg m-1 s-2"],
  J: [1, 0, "kg m2 s-2"],
  W: [1, 0, "kg m2 s-3"],
  C: [1, 0, "A s"],
  V: [1, 0, "kg m2 s-3 A-1"],
  F: [1, 0, "kg-1 m-2 s4 A2"],
  ohm: [1, 0, "kg m2 s-3 A-2"],
  S: [1, 0, "kg-1 m-2 s3 A2"],
  Wb: [1, 0, "kg m2 s-2 A-1"],
  T: [1, 0, "kg s-2 A-1"],
  H: [1, 0, "kg m2 s-2 A-2"],
  L: [1, -3, "m3"],
  bar: [1, 5, "kg m-1 s-2"],
  // CODATA 2018, exact since the SI of 2019.
  eV: [1.602176634, -19, "kg m2 s-2"],
};

/** Units that take none. */
const SINGLE: Readonly<Record<string, readonly [number, number, string, number?]>> = {
  min: [60, 0, "s"],
  h: [3600, 0, "s"],
  d: [86400, 0, "s"],
  deg: [Math.PI / 180, 0, "rad"],
  arcmin: [Math.PI / 10800, 0, "rad"],
  arcsec: [Math.PI / 648000, 0, "rad"],
  degC: [1, 0, "K", 273.15],
  degF: [5 / 9, 0, "K", 459.67],
  degR: [5 / 9, 0, "K"],
  angstrom: [1, -10, "m"],
  in: [254, -4, "m"],
  ft: [3048, -4, "m"],
  Torr: [101325 / 760, 0, "kg m-1 s-2"],
  atm: [101325, 0, "kg m-1 s-2"],
  Gs: [1, -4, "kg s-2 A-1"],
  "%": [1, -2, ""],
  count: [1, 0, ""],
};

/** Other spellings, as UDUNITS has them. */
const ALIASES: Readonly<Record<string, string>> = {
  ...{ meter: "m", metre: "m", gram: "g", second: "s", sec: "s", ampere: "A", amp: "A", kelvin: "K", mole: "mol" },
  ...{ radian: "rad", hertz: "Hz", newton: "N", pascal: "Pa", joule: "J", watt: "W", coulomb: "C", volt: "V" },
  ...{ farad: "F", "Ω": "ohm", siemens: "S", weber: "Wb", tesla: "T", henry: "H", liter: "L", litre: "L", l: "L" },
  ...{ electronvolt: "eV", minute: "min", hour: "h", hr: "h", day: "d", degree: "deg", "°": "deg", "'": "arcmin" },
  ...{
    celsius: "degC",
    "°C": "degC",
    degree_Celsius: "degC",
    degrees_Celsius: "degC",
    fahrenheit: "degF",
    "°F": "degF",
  },
  ...{
    degK: "K",
    micron: "um",
    "\u00c5": "angstrom",
    "\u212b": "angstrom",
    inch: "in",
    foot: "ft",
    feet: "ft",
    torr: "Torr",
  },
  ...{ gauss: "Gs", percent: "%", counts: "count", arcminute: "arcmin", arcsecond: "arcsec", arc_degree: "deg" },
};

const NONE: Unit = { mantissa: 1, exponent: 0, zero: 0, dimension: BASE.map(() => 0) };

/**
 * What a unit is, from UDUNITS text: symbols and names with their prefixes, products (`V s`, `V.s`, `V*s`), quotients (`V/s`) and
 * powers (`m2`, `m^2`, `s-1`).
 *
 * @returns undefined for units that are not known
 *
 * @example
 * ```ts
 * import { unitOf } from "./unit.ts";
 * console.assert(unitOf("mV")?.exponent === -3 && unitOf("furlong") === undefined);
 * ```
 */
export function unitOf(text: string): Unit | undefined {
  const trimmed = text.trim().replaceAll("**", "^");
  if (trimmed === "" || trimmed === "1") return NONE;
  const alone = named(trimmed);
  if (alone) return alone;
  let whole = NONE;
  for (const [, operator, factor] of `*${trimmed}`.matchAll(/\s*([*/.·]|\s)\s*([^*/.·\s]+)/g)) {
    const part = powerOf(factor);
    // A zero of its own has no meaning in a product.
    if (!part || part.zero) return undefined;
    whole = times(whole, part, operator === "/" ? -1 : 1);
  }
  return /^[*/]|[*/.·]$/.test(trimmed.replace(/^1\s*\//, "")) ? undefined : whole;
}

function powerOf(factor: string): Unit | undefined {
  if (factor === "1") return NONE;
  const [, name, power = "1"] = /^(.*?[^\d^+-])\^?([+-]?\d+)?$/.exec(factor) ?? [];
  const unit = name === undefined ? undefined : named(name);
  if (!unit || power === "1") return unit;
  return unit.zero ? undefined : times(NONE, unit, Number(power));
}

function times(a: Unit, b: Unit, power: number): Unit {
  return {
    mantissa: a.mantissa * b.mantissa ** power,
    exponent: a.exponent + b.exponent * power,
    zero: 0,
    dimension: a.dimension.map((n, k) => n + b.dimension[k] * power),
  };
}

/** A unit by its symbol or its name, plural too, with a prefix where it takes one. */
function named(name: string): Unit | undefined {
  const single = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  if (Object.hasOwn(SINGLE, single)) return made(SINGLE[single]);
  if (Object.hasOwn(PREFIXABLE, single)) return made(PREFIXABLE[single]);
  for (const prefix in PREFIXES) {
    if (!single.startsWith(prefix)) continue;
    const rest = single.slice(prefix.length), long = prefix.length > 2;
    const symbol = Object.hasOwn(ALIASES, rest) && (long || rest.length === 1) ? ALIASES[rest] : long ? "" : rest;
    if (!Object.hasOwn(PREFIXABLE, symbol)) continue;
    const unit = made(PREFIXABLE[symbol]);
    return { ...unit, exponent: unit.exponent + PREFIXES[prefix] };
  }
  return name.length > 3 && name.endsWith("s") ? named(name.slice(0, -1)) : undefined;
}

function made([mantissa, exponent, dimension, zero = 0]: readonly [number, number, string, number?]): Unit {
  const powers = BASE.map(() => 0);
  for (const [, name, power = "1"] of dimension.matchAll(/([A-Za-z]+)(-?\d+)?/g)) {
    powers[BASE.indexOf(name as typeof BASE[number])] += Number(power);
  }
  return { mantissa, exponent, zero, dimension: powers };
}

/**
 * How numbers of one unit become numbers of another.
 *
 * @returns undefined when the two measure different things, or when one of them is not known and they are not the same text
 *
 * @example
 * ```ts
 * import { conversion } from "./unit.ts";
 * console.assert(conversion("um", "mm")?.convert(250) === 0.25);
 * console.assert(conversion("degC", "K")?.convert(20) === 293.15 && conversion("degC", "K")?.scale(20) === 20);
 * console.assert(conversion("um", "V") === undefined);
 * ```
 */
export function conversion(from: string, to: string): Conversion | undefined {
  if (from === to) return { convert: (x) => x, scale: (x) => x, sameZero: true };
  const [a, b] = [unitOf(from), unitOf(to)];
  if (!a || !b || a.dimension.some((power, k) => power !== b.dimension[k])) return undefined;
  const ratio = a.mantissa / b.mantissa, exponent = a.exponent - b.exponent, ten = 10 ** Math.abs(exponent);
  // Dividing by a power of ten rounds once; multiplying by 1e-3 rounds twice.
  const scale = (x: number) => exponent < 0 ? x * ratio / ten : x * ratio * ten;
  const shift = scale(a.zero) - b.zero, sameZero = Math.abs(shift) <= 1e-9 * Math.abs(b.zero);
  return { scale, sameZero, convert: sameZero ? scale : (x) => scale(x) + shift };
}
