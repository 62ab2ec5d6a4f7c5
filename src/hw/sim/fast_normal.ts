import type { Random } from "../../core/random.ts";

/** Where the tail begins and the area of each layer, for 128 layers under the normal density. */
const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;
const LAYERS = 128;

const density = (x: number) => Math.exp(-x * x / 2);

/** Right edges of the layers, from the bottom one (stretched over the tail) to the peak. */
const EDGES = (() => {
  const edges = new Float64Array(LAYERS + 1);
  edges[0] = AREA / density(TAIL);
  edges[1] = TAIL;
  for (let i = 2; i < LAYERS; i++) {
    edges[i] = Math.sqrt(-2 * Math.log(AREA / edges[i - 1] + density(edges[i - 1])));
  }
  return edges;
})();

/**
 * Fills an array with standard normal numbers, fast enough for images: the ziggurat of G. Marsaglia and W. W. Tsang, J. Stat.
 * Softw. 5(8), 2000, with separate bits for layer and place (J. A. Doornik, 2005). Its bits come from xoshiro128** (Blackman
 * and Vigna, 2018), seeded from `random` at each call and kept in registers.
 */
export function fastNormal(random: Random, numbers: Float32Array): void {
  const word = () => (random.uniform() * 2 ** 32) | 0;
  let a = word() | 1, b = word(), c = word(), d = word();
  for (let i = 0; i < numbers.length;) {
    const product = Math.imul(b, 5), bits = Math.imul((product << 7) | (product >>> 25), 9), shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    const layer = bits & (LAYERS - 1);
    // The upper 25 bits are a place from −1 to 1.
    const x = ((bits >>> 7) / 2 ** 24 - 1) * EDGES[layer];
    if (Math.abs(x) < EDGES[layer + 1] || atEdge(random, layer, x)) numbers[i++] = x;
    else if (layer === 0) numbers[i++] = x < 0 ? -tail(random) : tail(random);
  }
}

/** Whether a place in the ragged edge of a layer lies under the density; the bottom layer has the tail instead. */
function atEdge(random: Random, layer: number, x: number): boolean {
  if (layer === 0) return false;
  const low = density(EDGES[layer]), high = density(EDGES[layer + 1]);
  return low + random.uniform() * (high - low) < density(x);
}

/** A normal number beyond `TAIL`. */
function tail(random: Random): number {
  for (;;) {
    const x = -Math.log(1 - random.uniform()) / TAIL, y = -Math.log(1 - random.uniform());
    if (2 * y > x * x) return TAIL + x;
  }
}
