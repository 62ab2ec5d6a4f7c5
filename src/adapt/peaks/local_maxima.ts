/**
 * Indices of all local maxima, ascending: runs of one or more equal samples whose neighbours on both sides are smaller.
 * A run's middle is given, rounded down. The first and the last sample have one neighbour and are never maxima; neither
 * is a run beside NaN.
 *
 * The loop writes every sample down and only advances where it was a maximum: in noise a branch would be mispredicted
 * at every third sample and cost more than the work.
 */
export function localMaxima(x: Float64Array): Int32Array {
  const last = x.length - 1, maxima = new Int32Array((x.length >> 1) + 1);
  let count = 0, rises = Number(x[0] < x[1]), here = x[1];
  for (let i = 1; i < last; i++) {
    let next = x[i + 1], middle = i;
    if (next === here) {
      const first = i;
      while (i < last && x[i + 1] === here) i++;
      if (i === last) break;
      next = x[i + 1];
      middle = (first + i) >> 1;
    }
    maxima[count] = middle;
    count += rises & Number(next < here);
    rises = Number(here < next);
    here = next;
  }
  return maxima.slice(0, count);
}
