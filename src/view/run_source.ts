/** One entry for each dimension of an array: a number picks an index and drops the dimension, null takes all of it. */
export type RunSelection = readonly (number | null)[];

/** Labels of a dimension: its setpoints, as numbers or as words. */
export interface RunCoordinate {
  readonly name: string;
  readonly unit: string;
  readonly values: ArrayLike<number> | ArrayLike<bigint> | readonly string[];
}

/** A named array direction of a run. */
export interface RunDimension {
  readonly name: string;
  readonly size: number;
  /** Its index coordinate; places are counted from 0 where there is none. */
  readonly coordinate?: RunCoordinate;
}

/** What part of an array reading gives: row-major, in the shape of the dimensions that were not dropped. */
export interface RunPart {
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
  readonly shape: readonly number[];
}

/** An array of a run: readings of a detector, or what stands beside them (`quality`, `seq_num`). */
export interface RunArray {
  readonly name: string;
  readonly unit: string;
  /** The scan's dimensions, then the reading's own, named after the array (`camera_y`, `camera_x`). */
  readonly dimensions: readonly string[];
  readonly shape: readonly number[];
  read(selection: RunSelection): Promise<RunPart>;
}

/** A run to draw: the least that a figure needs to know of it, whether it is finished or still being measured. */
export interface RunSource {
  readonly name: string;
  readonly sample: string;
  readonly dimensions: readonly RunDimension[];
  /** In the order in which they are to be offered. */
  readonly arrays: readonly RunArray[];
  /** Root attributes: `exit_status`, `created_at`, … */
  readonly attributes: Readonly<Record<string, unknown>>;
}
