/** Energy of a photon of 1 nm, eV: h c / e, from the exact constants of the SI. */
export const EV_NM = 1239.841984;

/** Boltzmann's constant, eV/K, exact in the SI. */
const BOLTZMANN_EV = 8.617333262e-5;

/** Gap of GaAs at 0 K and Varshni's parameters: I. Vurgaftman, J. R. Meyer, L. R. Ram-Mohan, J. Appl. Phys. 89, 5815 (2001). */
const GAP_EV = 1.519, ALPHA_EV = 0.5405e-3, BETA_K = 204;

/** Full width at half maximum of the cold line, eV. */
const COLD_WIDTH_EV = 0.004;

/** Where detectors find the sample when nothing sets its temperature, K. */
export const ROOM_K = 295;

/** The band gap of GaAs, eV: Y. P. Varshni, Physica 34, 149 (1967). */
export function gapEv(kelvin: number): number {
  return GAP_EV - ALPHA_EV * kelvin ** 2 / (kelvin + BETA_K);
}

/** A line of the sample's photoluminescence: where it is, how wide, how high. */
export interface EmissionLine {
  /** Its centre, nm. */
  readonly wavelengthNm: number;
  /** Full width at half maximum, nm. */
  readonly widthNm: number;
  /** Light at its centre; 1 at 0 K and without a slit. All of the line's light stays the same. */
  readonly height: number;
}

/**
 * The line that a sample like GaAs sends out: at its band gap, wider by kT as it gets warm, and seen through a slit.
 *
 * @param kelvin temperature of the sample; below 0 counts as 0
 * @param shiftEv how far the gap is shifted there, by strain
 * @param bandwidthNm full width at half maximum of the slit
 */
export function emissionLine(kelvin: number, shiftEv: number, bandwidthNm: number): EmissionLine {
  const warm = Math.max(0, kelvin), energyEv = Math.max(0.1, gapEv(warm) + shiftEv);
  const widthEv = COLD_WIDTH_EV + BOLTZMANN_EV * warm, wavelengthNm = EV_NM / energyEv;
  const widthNm = Math.hypot(widthEv * wavelengthNm / energyEv, bandwidthNm);
  return { wavelengthNm, widthNm, height: COLD_WIDTH_EV * wavelengthNm / energyEv / widthNm };
}

/** Light of a line at a wavelength: a Gaussian. */
export function emissionAt({ wavelengthNm, widthNm, height }: EmissionLine, nm: number): number {
  return height * Math.exp(-4 * Math.LN2 * ((nm - wavelengthNm) / widthNm) ** 2);
}
