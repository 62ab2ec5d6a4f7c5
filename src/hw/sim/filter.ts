import type { Transmission } from "./lamp.ts";

/** Full width at half maximum of a band-pass filter. */
const BAND_NM = 10;

/** Width over which a long-pass or short-pass filter goes from 12 % to 88 %. */
const EDGE_NM = 4;

/**
 * What a filter lets through, by what is written on it: `BP600` passes 10 nm around 600 nm, `LP600` what is longer,
 * `SP600` what is shorter, `ND1` a tenth of everything; `closed`, `dark` and `blocked` nothing. Anything else is glass.
 */
export function filterTransmission(label: string): Transmission {
  if (/^(closed|dark|blocked|shut)$/i.test(label)) return () => 0;
  const [, kind, number] = /^(BP|LP|SP|ND)\s*(\d+(?:\.\d+)?)/i.exec(label) ?? [];
  const at = Number(number);
  const edge = (offset: number) => 1 / (1 + Math.exp(-offset / (EDGE_NM / 4)));
  switch (kind?.toUpperCase()) {
    case "BP":
      return (nm) => Math.exp(-4 * Math.LN2 * ((nm - at) / BAND_NM) ** 2);
    case "LP":
      return (nm) => edge(nm - at);
    case "SP":
      return (nm) => edge(at - nm);
    case "ND":
      return () => 10 ** -at;
    default:
      return () => 1;
  }
}
