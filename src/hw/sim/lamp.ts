import { NEON_LINES, type SpectralLine } from "./neon.ts";

/** What lets light through, 0 to 1, by wavelength in nm. */
export type Transmission = (wavelengthNm: number) => number;

const BRIGHTEST = Math.max(...NEON_LINES.map((line) => line.intensity));

/** Light between the lines, as a fraction of the brightest line: the lamp's glow and stray light. */
const GLOW = 2e-4;

/** Full width at half maximum of a Gaussian over its standard deviation. */
const FWHM = 2 * Math.sqrt(2 * Math.LN2);

/**
 * The light of a neon lamp that a monochromator lets through: each line seen through a Gaussian slit function, plus a
 * faint glow. The centre of the brightest line alone gives 1.
 *
 * @param wavelengthNm where the monochromator stands
 * @param bandwidthNm its full width at half maximum
 * @param filter what else is in the beam
 */
export function lampThroughSlit(wavelengthNm: number, bandwidthNm: number, filter: Transmission = () => 1): number {
  const sigma = bandwidthNm / FWHM;
  let light = GLOW * filter(wavelengthNm);
  for (const line of NEON_LINES) {
    const offset = (wavelengthNm - line.wavelengthNm) / sigma;
    // Beyond 9σ a line adds less than 1e-17.
    if (offset > -9 && offset < 9) {
      light += brightness(line) * filter(line.wavelengthNm) * Math.exp(-offset * offset / 2);
    }
  }
  return light;
}

/** All of the lamp's light at once, with no monochromator: 1 without a filter. */
export function lampUndispersed(filter: Transmission = () => 1): number {
  return NEON_LINES.reduce((sum, line) => sum + brightness(line) * filter(line.wavelengthNm), 0) / TOTAL;
}

const brightness = (line: SpectralLine) => line.intensity / BRIGHTEST;
const TOTAL = NEON_LINES.reduce((sum, line) => sum + brightness(line), 0);
