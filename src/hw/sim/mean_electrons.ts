/** What two gates make of two quantum dots. Energies in meV, voltages in mV. */
export interface DotParameters {
  /** Charging energy of each dot, meV. */
  readonly charging: number;
  /** How much an electron on one dot lifts the other, meV. */
  readonly mutual: number;
  /** Voltage at a gate for one more electron on its own dot, mV. */
  readonly period: number;
  /** How much of that a gate does to the other dot, 0 to 1. */
  readonly crosstalk: number;
  /** Temperature of the electrons, as kT in meV. */
  readonly thermal: number;
}

/**
 * The mean numbers of electrons on two tunnel-coupled dots in the constant-interaction model (W. G. van der Wiel et al., Rev.
 * Mod. Phys. 75, 1 (2003)): E(N₁, N₂) = E_C/2 (N₁ − n₁)² + E_C/2 (N₂ − n₂)² + E_m (N₁ − n₁)(N₂ − n₂), with the charges n
 * that the gates induce, and Boltzmann's weights. Over both gates they make the honeycomb of a stability diagram.
 *
 * @param gates voltages of the two gates, mV
 */
export function meanElectrons(gates: readonly [number, number], dots: DotParameters): [number, number] {
  const { charging, mutual, period, crosstalk, thermal } = dots, [g1, g2] = gates;
  const n1 = Math.max(0, (g1 + crosstalk * g2) / period), n2 = Math.max(0, (g2 + crosstalk * g1) / period);
  const states: { n: readonly [number, number]; energy: number }[] = [];
  for (const a of around(n1)) {
    for (const b of around(n2)) {
      const d1 = a - n1, d2 = b - n2;
      states.push({ n: [a, b], energy: charging / 2 * (d1 * d1 + d2 * d2) + mutual * d1 * d2 });
    }
  }
  const lowest = Math.min(...states.map(({ energy }) => energy));
  const weights = states.map(({ energy }) => Math.exp((lowest - energy) / thermal));
  const total = weights.reduce((sum, weight) => sum + weight);
  const mean = (k: 0 | 1) => states.reduce((sum, { n }, i) => sum + n[k] * weights[i], 0) / total;
  return [mean(0), mean(1)];
}

/** Whole numbers of electrons near an induced charge: what is farther is never occupied. */
function around(charge: number): number[] {
  const nearest = Math.floor(charge);
  return [nearest - 1, nearest, nearest + 1, nearest + 2].filter((n) => n >= 0);
}
