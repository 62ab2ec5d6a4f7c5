/** A seeded source of numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Normal, mean 0, standard deviation 1 (Box–Muller). */
  normal(): number;
  /** Poisson with mean `mean` (inversion below 30, rounded normal above: its skew is then under 0.2). */
  poisson(mean: number): number;
}

/** Mixes a number and a word into 32 well-spread bits (FNV-1a with Murmur3's finaliser). */
export function hash32(seed: number, word = ""): number {
  let h = (seed ^ 0x811c9dc5) >>> 0;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A generator by Blackman and Vigna's xoshiro128** (2018), seeded through `hash32`; `stream` names an independent one. */
export function random(seed: number, stream = ""): Random {
  const s = Uint32Array.from({ length: 4 }, (_, k) => hash32(hash32(seed, stream), `word ${k}`) | 1);
  const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k));
  const bits = () => {
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0, t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return result;
  };
  const uniform = () => bits() / 2 ** 32;
  let spare = NaN;
  const normal = () => {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = NaN;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())), angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const poisson = (mean: number) => {
    if (!(mean > 0)) return 0;
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    let k = 0, p = Math.exp(-mean), sum = p;
    for (const u = uniform(); u > sum && k < 200; sum += p) p *= mean / ++k;
    return k;
  };
  return { uniform, normal, poisson };
}
