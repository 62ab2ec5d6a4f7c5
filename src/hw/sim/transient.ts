/**
 * The response of a sample to a pump pulse: it begins at 0 and decays exponentially, smeared by the pulses' length. The
 * convolution of exp(−t/τ) for t ≥ 0 with a Gaussian of standard deviation σ has the closed form
 * ½ exp(σ²/2τ² − t/τ) erfc((σ/τ − t/σ)/√2); 1 is the height of an unsmeared one.
 *
 * @param delayPs probe after pump
 * @param tauPs decay time, positive
 * @param pulsePs full width at half maximum of the pulses' cross-correlation; 0 for none
 */
export function transient(delayPs: number, tauPs: number, pulsePs: number): number {
  const sigma = pulsePs / (2 * Math.sqrt(2 * Math.LN2));
  if (sigma === 0) return delayPs < 0 ? 0 : Math.exp(-delayPs / tauPs);
  const u = (sigma / tauPs - delayPs / sigma) / Math.SQRT2;
  // The exponential overflows long before the pump where erfc is 0, so both are taken together as the scaled erfc.
  const early = Math.exp(-(delayPs ** 2) / (2 * sigma ** 2));
  return u > 0 ? early * scaledErfc(u) / 2 : Math.exp(sigma ** 2 / (2 * tauPs ** 2) - delayPs / tauPs) * erfc(u) / 2;
}

/** 1 − erf(x), to 1.2e-7 relative: W. H. Press et al., Numerical Recipes, 2nd ed., section 6.2 (Chebyshev fit). */
function erfc(x: number): number {
  return x < 0 ? 2 - erfc(-x) : Math.exp(-x * x) * scaledErfc(x);
}

/** exp(x²) erfc(x) for x ≥ 0. */
function scaledErfc(x: number): number {
  const t = 1 / (1 + x / 2);
  return t * Math.exp(COEFFICIENTS.reduceRight((sum, c) => sum * t + c, 0));
}

const COEFFICIENTS = [
  -1.26551223,
  1.00002368,
  0.37409196,
  0.09678418,
  -0.18628806,
  0.27886807,
  -1.13520398,
  1.48851587,
  -0.82215223,
  0.17087277,
];
