import { shuffleWasm } from "./shuffle_wasm.ts";

/** Reads `plane` elements at `from`, writes their planes to `to`, and gives how many elements it has done. */
type Kernel = (from: number, to: number, plane: number) => number;

/** Takes elements apart into byte planes, within one memory. */
export class Shuffler {
  /** The memory. */
  readonly bytes: Uint8Array;
  readonly #kernels: ReadonlyMap<number, Kernel>;

  /** `simd: false` does it in TypeScript, at a tenth of the speed, as happens by itself where WebAssembly has no SIMD. */
  constructor(memory: WebAssembly.Memory, { simd = true } = {}) {
    this.bytes = new Uint8Array(memory.buffer);
    this.#kernels = simd ? kernels(memory) : new Map();
  }

  /** Whether the kernels of WebAssembly do the work. */
  get simd(): boolean {
    return this.#kernels.size > 0;
  }

  /**
   * Writes byte p of each of `plane` elements of `typesize` bytes at `from` to `to + p * plane` and on. Source and planes must
   * not overlap.
   */
  shuffle(from: number, to: number, plane: number, typesize: number): void {
    const done = this.#kernels.get(typesize)?.(from, to, plane) ?? 0;
    if (done < plane) shuffleRest(this.bytes, { from, to, plane, typesize, done });
  }
}

interface Rest {
  readonly from: number;
  readonly to: number;
  readonly plane: number;
  readonly typesize: number;
  /** Elements that are done already. */
  readonly done: number;
}

function shuffleRest(bytes: Uint8Array, { from, to, plane, typesize, done }: Rest): void {
  for (let p = 0; p < typesize; p++) {
    for (let k = done, at = from + done * typesize + p; k < plane; k++, at += typesize) {
      bytes[to + p * plane + k] = bytes[at];
    }
  }
}

/** The kernels by bytes of an element; none where the runtime does not take them. */
function kernels(memory: WebAssembly.Memory): ReadonlyMap<number, Kernel> {
  const wasm = shuffleWasm(!(memory.buffer instanceof ArrayBuffer));
  if (!WebAssembly.validate(wasm)) return new Map();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { memory: { memory } });
  return new Map([2, 4, 8].map((typesize) => [typesize, exports[`shuffle${typesize}`] as Kernel]));
}

/** The other way: elements from byte planes. */
export function unshuffle(planes: Uint8Array, to: Uint8Array, typesize: number): void {
  const plane = Math.floor(planes.length / typesize);
  for (let p = 0; p < typesize; p++) {
    for (let k = 0, at = p; k < plane; k++, at += typesize) to[at] = planes[p * plane + k];
  }
  to.set(planes.subarray(plane * typesize), plane * typesize);
}
