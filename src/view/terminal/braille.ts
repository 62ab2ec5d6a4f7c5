import type { Stroke } from "../decimate.ts";
import type { Rgb } from "../palette.ts";
import type { Canvas } from "./canvas.ts";

/** Bits of the eight dots of a braille character, by row and column (Unicode 2800). */
const DOTS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/** Dots in a cell: two across, four down. */
export const ACROSS = 2, DOWN = 4;

/** Curves as braille dots, eight to a cell. */
export class Braille {
  readonly #bits: Uint8Array;
  readonly #colours: (Rgb | undefined)[] = [];

  /** In cells. */
  constructor(readonly width: number, readonly height: number) {
    this.#bits = new Uint8Array(width * height);
  }

  /** Draws strokes whose places are in dots, y downward. */
  strokes(strokes: readonly Stroke[], colour?: Rgb): void {
    for (const { x, y } of strokes) {
      for (let i = 0; i < x.length; i++) {
        const from = Math.max(0, i - 1);
        this.#line(Math.floor(x[from]), Math.floor(y[from]), Math.floor(x[i]), Math.floor(y[i]), colour);
      }
    }
  }

  /** Whether a cell has dots. */
  inked(column: number, row: number): boolean {
    return column >= 0 && column < this.width && this.#bits[row * this.width + column] > 0;
  }

  /** Puts the characters on a canvas. */
  paint(canvas: Canvas, left: number, top: number): void {
    this.#bits.forEach((bits, cell) => {
      const column = cell % this.width, row = Math.floor(cell / this.width);
      if (bits) canvas.set(left + column, top + row, String.fromCharCode(0x2800 + bits), this.#colours[cell]);
    });
  }

  /** Bresenham's line (1965), kept to what can be seen. */
  #line(x0: number, y0: number, x1: number, y1: number, colour?: Rgb): void {
    // What lies far outside is brought near, so that no line takes for ever.
    const near = (y: number) => Math.max(-DOWN, Math.min(this.height * DOWN + DOWN, y));
    const nearX = (x: number) => Math.max(-ACROSS, Math.min(this.width * ACROSS + ACROSS, x));
    [x0, y0, x1, y1] = [nearX(x0), near(y0), nearX(x1), near(y1)];
    const dx = Math.abs(x1 - x0), dy = -Math.abs(y1 - y0), stepX = Math.sign(x1 - x0), stepY = Math.sign(y1 - y0);
    for (let error = dx + dy;;) {
      this.#dot(x0, y0, colour);
      if (x0 === x1 && y0 === y1) return;
      const twice = 2 * error;
      if (twice >= dy) [error, x0] = [error + dy, x0 + stepX];
      if (twice <= dx) [error, y0] = [error + dx, y0 + stepY];
    }
  }

  #dot(x: number, y: number, colour?: Rgb): void {
    const column = Math.floor(x / ACROSS), row = Math.floor(y / DOWN);
    if (column < 0 || column >= this.width || row < 0 || row >= this.height) return;
    const cell = row * this.width + column;
    this.#bits[cell] |= DOTS[y - row * DOWN][x - column * ACROSS];
    this.#colours[cell] = colour;
  }
}
