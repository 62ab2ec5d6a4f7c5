import { random } from "../../core/random.ts";

/** A bright grain of the sample: a Gaussian spot. Lengths in mm. */
export interface Grain {
  readonly x: number;
  readonly y: number;
  /** Standard deviation in focus. */
  readonly radius: number;
  /** Brightness at its centre, in focus. */
  readonly height: number;
}

/** Light that the sample returns between its grains. */
export const BACKGROUND = 0.1;

/** Cells of this size hold two grains each. */
const CELL_MM = 0.4;
const GRAINS_PER_CELL = 2;
const WIDEST_MM = 0.06;

/** How far light spreads per distance from focus: the numerical aperture of the objective. */
const APERTURE = 0.4;

/** Grains blurred wider than this are a haze already; a stage far from focus must not look for grains a metre away. */
const WIDEST_BLUR_MM = 0.4;

/**
 * A sample without end, made of grains whose places, sizes and heights follow from the seed alone. It is slightly tilted,
 * so that the best focus depends on x and y. Defocused grains are wider and fainter, with the same light in all.
 */
export class Sample {
  /** What was put on it for alignment, beside its own grains. */
  readonly marks: Grain[] = [];
  #waves: readonly Wave[];
  #cells = new Map<string, readonly Grain[]>();
  #focus: readonly [z: number, perX: number, perY: number];

  /** The same seed gives the same sample. */
  constructor(readonly seed: number) {
    const { uniform } = random(seed, "sample focus");
    const centred = (span: number) => (uniform() - 0.5) * span;
    this.#focus = [centred(0.1), centred(0.01), centred(0.01)];
    this.#waves = strainWaves(seed);
  }

  /** How far strain shifts the gap of the sample at a place, eV; a few meV at the most, smooth over tenths of a millimetre. */
  strainEv(x: number, y: number): number {
    return this.#waves.reduce((sum, { ev, kx, ky, phase }) => sum + ev * Math.cos(kx * x + ky * y + phase), 0);
  }

  /** The z of best focus at a place, mm. */
  focus(x: number, y: number): number {
    return this.#focus[0] + this.#focus[1] * x + this.#focus[2] * y;
  }

  /** The standard deviation of the blur at a height over the sample, mm; none where there is no z. */
  blur(x: number, y: number, z: number | undefined): number {
    return z === undefined ? 0 : Math.min(WIDEST_BLUR_MM, APERTURE * Math.abs(z - this.focus(x, y)));
  }

  /** The grains that shine into a rectangle, seen with a blur (mm). */
  *grains(left: number, right: number, top: number, bottom: number, blur = 0): Generator<Grain> {
    const reach = 4 * Math.hypot(WIDEST_MM, blur), first = (mm: number) => Math.floor((mm - reach) / CELL_MM);
    const last = (mm: number) => Math.floor((mm + reach) / CELL_MM);
    for (let j = first(top); j <= last(bottom); j++) {
      for (let i = first(left); i <= last(right); i++) yield* this.#cell(i, j);
    }
    for (const mark of this.marks) {
      const far = 4 * Math.hypot(mark.radius, blur);
      const inside = mark.x > left - far && mark.x < right + far && mark.y > top - far && mark.y < bottom + far;
      if (inside) yield mark;
    }
  }

  /** Brightness at a place (mm), at least `BACKGROUND`; about 1 on a bright grain in focus. */
  at(x: number, y: number, z?: number): number {
    const blur = this.blur(x, y, z);
    let light = BACKGROUND;
    for (const grain of this.grains(x, x, y, y, blur)) {
      const { height, variance } = blurred(grain, blur);
      light += height * Math.exp(-((x - grain.x) ** 2 + (y - grain.y) ** 2) / (2 * variance));
    }
    return light;
  }

  #cell(i: number, j: number): readonly Grain[] {
    const key = `${i},${j}`;
    let grains = this.#cells.get(key);
    if (!grains) {
      const { uniform } = random(this.seed, `sample cell ${key}`);
      grains = Array.from({ length: GRAINS_PER_CELL }, () => ({
        x: (i + uniform()) * CELL_MM,
        y: (j + uniform()) * CELL_MM,
        radius: WIDEST_MM * (0.25 + 0.75 * uniform()),
        height: 0.2 + 0.7 * uniform(),
      }));
      this.#cells.set(key, grains);
    }
    return grains;
  }
}

/** A wave of strain in the sample. */
interface Wave {
  readonly ev: number;
  readonly kx: number;
  readonly ky: number;
  readonly phase: number;
}

/** Wavelengths of half a millimetre to two, in directions that follow from the seed. */
function strainWaves(seed: number): Wave[] {
  const { uniform } = random(seed, "sample strain");
  return Array.from({ length: 4 }, () => {
    const angle = 2 * Math.PI * uniform(), k = 2 * Math.PI / (0.5 + 1.5 * uniform());
    return { ev: 0.001, kx: k * Math.cos(angle), ky: k * Math.sin(angle), phase: 2 * Math.PI * uniform() };
  });
}

/** A grain seen with a blur: its variance grows, and its height falls so that its light stays. */
export function blurred(grain: Grain, blur: number): { height: number; variance: number } {
  const sharp = grain.radius ** 2, variance = sharp + blur ** 2;
  return { height: grain.height * sharp / variance, variance };
}
