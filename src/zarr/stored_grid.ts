import { componentsOf, type Dtype, type NumericArray } from "../core/dtype.ts";
import type { LayoutGroup } from "../core/layout.ts";
import { Frame, type Point, type Reading } from "../core/point.ts";
import { ravel } from "./grid.ts";
import type { RunData } from "./open_run.ts";
import type { NamedChannel } from "./point_arrays.ts";
import { pointAt, type Strips, stripsOf } from "./stored_points.ts";

/** The points of a group of fixed size, by their place. Its numbers are read at once, when the first point is asked for. */
export class StoredGrid {
  #strips: Promise<Strips> | undefined;
  readonly #along: ReadonlySet<string>;
  readonly #scalars: readonly string[];

  /** Nothing is read yet. `channels` are those of the group. */
  constructor(readonly run: RunData, readonly group: LayoutGroup, channels: readonly NamedChannel[]) {
    this.#along = new Set(group.dimensions.flatMap(({ coordinates }) => coordinates.map(({ name }) => name)));
    this.#scalars = channels.filter(({ shape, dtype }) => !shape?.length && componentsOf(dtype) === 1)
      .map(({ name }) => name);
  }

  /**
   * The point at a place, whatever its quality, as its path saw it. Setpoints of axes that are a coordinate along a
   * dimension are left out: the request has them.
   *
   * @param frames the readings with dimensions that it is to have; they are read anew at each call
   * @throws {StoreError} when it cannot be read
   */
  async point(pass: string, index: readonly number[], frames: readonly string[] = []): Promise<Point> {
    this.#strips ??= stripsOf(this.run, this.group, { channels: this.#scalars });
    const strips = await this.#strips, shape = this.group.dimensions.map(({ size }) => size!);
    const read = await Promise.all(frames.map(async (name) => [name, await this.#frame(name, index)] as const));
    const reading = Object.fromEntries(read.filter((entry): entry is [string, Reading] => entry[1] !== undefined));
    const place = shape.length ? ravel(index, shape) : 0;
    return pointAt(strips, place, { index: [...index], pass, reading, along: this.#along });
  }

  async #frame(name: string, index: readonly number[]): Promise<Reading | undefined> {
    const { path } = this.group, array = this.run.arrays.get(path ? `${path}/${name}` : name);
    if (!array) return undefined;
    const { data, shape } = await array.read(index), complex = componentsOf(array.dtype as Dtype) > 1;
    return shape.length || complex ? new Frame(data as NumericArray, shape) : undefined;
  }
}
