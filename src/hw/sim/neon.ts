/** A spectral line. */
export interface SpectralLine {
  /** Wavelength in air, nm. */
  readonly wavelengthNm: number;
  /** Relative intensity, on the scale of its source. */
  readonly intensity: number;
}

/**
 * The strong lines of neutral neon (Ne I) from 585 to 754 nm: observed wavelengths in air in nm and relative
 * intensities, as published in the NIST Atomic Spectra Database (A. Kramida, Yu. Ralchenko, J. Reader and NIST ASD
 * Team, https://physics.nist.gov/asd); the measurements are by E. B. Saloman and C. J. Sansonetti, J. Phys. Chem. Ref.
 * Data 33, 1113 (2004). Intensities are as seen in one lamp: a guide, not a standard.
 */
export const NEON_LINES: readonly SpectralLine[] = (
  [
    [585.24878, 20000],
    [587.28275, 5000],
    [588.1895, 10000],
    [590.64294, 500],
    [594.4834, 5000],
    [596.5471, 5000],
    [597.46273, 5000],
    [597.55343, 6000],
    [598.79074, 1500],
    [602.99968, 10000],
    [607.43376, 10000],
    [609.61630, 3000],
    [612.84498, 1000],
    [614.30627, 10000],
    [616.35937, 10000],
    [618.2146, 1500],
    [620.57775, 1000],
    [621.38758, 1500],
    [621.72812, 10000],
    [626.64952, 10000],
    [630.47893, 1000],
    [632.81646, 3000],
    [633.08894, 1500],
    [633.44276, 10000],
    [638.29914, 10000],
    [640.2248, 20000],
    [650.65277, 15000],
    [653.28824, 1000],
    [659.89528, 10000],
    [665.20925, 1500],
    [667.82766, 5000],
    [671.7043, 700],
    [692.94672, 100000],
    [702.405, 34000],
    [703.24128, 85000],
    [705.12922, 2200],
    [705.91079, 10000],
    [717.3938, 77000],
    [724.51665, 77000],
    [743.88981, 60000],
    [747.24383, 3100],
    [748.88712, 32000],
    [753.57739, 28000],
  ] as const
).map(([wavelengthNm, intensity]) => ({ wavelengthNm, intensity }));
