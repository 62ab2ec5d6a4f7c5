import { BACKGROUND, blurred, type Sample } from "./sample.ts";

/** Grains are drawn out to this many standard deviations. */
const REACH = 4;

/** Images of a sample without noise. The last one is kept, for cameras that look twice at the same place. */
export class SampleImage {
  #light: Float32Array;
  #drawn = "";

  /** Images of `height` × `width` pixels of `pixelMm` on the sample. */
  constructor(readonly sample: Sample, readonly height: number, readonly width: number, readonly pixelMm: number) {
    this.#light = new Float32Array(height * width);
  }

  /** Light by pixel, row-major, centred on a place in mm. The memory is reused. */
  at(x: number, y: number, z?: number): Float32Array {
    const key = `${x} ${y} ${z}`;
    if (key !== this.#drawn) this.#draw(x, y, z);
    this.#drawn = key;
    return this.#light;
  }

  #draw(x: number, y: number, z: number | undefined): void {
    const { sample, height, width, pixelMm } = this;
    const left = x - (width - 1) / 2 * pixelMm, top = y - (height - 1) / 2 * pixelMm;
    const right = left + (width - 1) * pixelMm, bottom = top + (height - 1) * pixelMm;
    this.#light.fill(BACKGROUND);
    for (const grain of sample.grains(left, right, top, bottom, sample.blur(x, y, z))) {
      const { height: brightness, variance } = blurred(grain, sample.blur(grain.x, grain.y, z));
      const columns = profile((grain.x - left) / pixelMm, Math.sqrt(variance) / pixelMm, width);
      const rows = profile((grain.y - top) / pixelMm, Math.sqrt(variance) / pixelMm, height);
      this.#add(brightness, rows, columns);
    }
  }

  /** A round Gaussian is the product of its row and its column profile. */
  #add(brightness: number, rows: Profile, columns: Profile): void {
    const light = this.#light, { width } = this;
    for (let j = 0; j < rows.values.length; j++) {
      const scale = brightness * rows.values[j];
      let at = (rows.first + j) * width + columns.first;
      for (let i = 0; i < columns.values.length; i++) light[at++] += scale * columns.values[i];
    }
  }
}

interface Profile {
  readonly first: number;
  readonly values: Float64Array;
}

/** A Gaussian around `centre` on the pixels 0 … `size` − 1 that it reaches. */
function profile(centre: number, sigma: number, size: number): Profile {
  const first = Math.max(0, Math.ceil(centre - REACH * sigma));
  const last = Math.min(size - 1, Math.floor(centre + REACH * sigma));
  const length = Math.max(0, last - first + 1);
  return {
    first,
    values: Float64Array.from({ length }, (_, i) => Math.exp(-(((first + i - centre) / sigma) ** 2) / 2)),
  };
}
