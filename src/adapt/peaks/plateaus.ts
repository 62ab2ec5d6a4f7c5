/** The runs of equal samples that peaks stand on; one entry per peak. */
export interface Plateaus {
  /** Samples in the run, 1 for a sharp peak. */
  readonly plateauSizes: Int32Array;
  /** The run's first sample. */
  readonly leftEdges: Int32Array;
  /** The run's last sample. */
  readonly rightEdges: Int32Array;
}

/** The plateau of each peak, walked from the peak to both sides. */
export function plateaus(x: Float64Array, peaks: Int32Array): Plateaus {
  const leftEdges = peaks.slice(), rightEdges = peaks.slice();
  const plateauSizes = peaks.map((peak, k) => {
    while (x[leftEdges[k] - 1] === x[peak]) leftEdges[k]--;
    while (x[rightEdges[k] + 1] === x[peak]) rightEdges[k]++;
    return rightEdges[k] - leftEdges[k] + 1;
  });
  return { plateauSizes, leftEdges, rightEdges };
}
