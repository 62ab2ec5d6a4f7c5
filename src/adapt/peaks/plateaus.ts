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
  const leftEdges = peaks.slice(), rightEdges = peaks.slice(), plateauSizes = new Int32Array(peaks.length);
  for (let k = 0; k < peaks.length; k++) {
    const height = x[peaks[k]];
    let left = peaks[k], right = left;
    while (x[left - 1] === height) left--;
    while (x[right + 1] === height) right++;
    leftEdges[k] = left;
    rightEdges[k] = right;
    plateauSizes[k] = right - left + 1;
  }
  return { plateauSizes, leftEdges, rightEdges };
}
