/** One entry for each dimension of an array: a number picks an index and drops the dimension, null takes all of it. */
export type RunSelection = readonly (number | null)[];

/** Labels of a dimension: its setpoints, as numbers or as words. */
export interface RunCoordinate {
  /** As people and arrays call it. */
  readonly name: string;
  /** UDUNITS text; empty for labels and pure numbers. */
  readonly unit: string;
  /** One entry for each index. */
  readonly values: ArrayLike<number> | ArrayLike<bigint> | readonly string[];
}

/** A named array direction of a run. */
export interface RunDimension {
  /** As people and arrays call it. */
  readonly name: string;
  /** How many entries it has. */
  readonly size: number;
  /** Its index coordinate; places are counted from 0 where there is none. */
  readonly coordinate?: RunCoordinate;
}

/** What part of an array reading gives: row-major, in the shape of the dimensions that were not dropped. */
export interface RunPart {
  /** The elements, row-major. */
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
  /** How many elements along each dimension. */
  readonly shape: readonly number[];
}

/** An array of a run: readings of a detector, or what stands beside them (`quality`, `seq_num`). */
export interface RunArray {
  /** As people and arrays call it. */
  readonly name: string;
  /** UDUNITS text; empty for labels and pure numbers. */
  readonly unit: string;
  /** The scan's dimensions, then the reading's own, named after the array (`camera_y`, `camera_x`). */
  readonly dimensions: readonly string[];
  /** How many elements along each dimension. */
  readonly shape: readonly number[];
  /** Gives the part selected, in the shape of the dimensions kept. */
  read(selection: RunSelection): Promise<RunPart>;
}

/** A run to draw: the least that a figure needs to know of it, whether it is finished or still being measured. */
export interface RunSource {
  /** As people and arrays call it. */
  readonly name: string;
  /** What was measured; empty when not said. */
  readonly sample: string;
  /** All dimensions that the arrays name. */
  readonly dimensions: readonly RunDimension[];
  /** In the order in which they are to be offered. */
  readonly arrays: readonly RunArray[];
  /** Root attributes: `exit_status`, `created_at`, … */
  readonly attributes: Readonly<Record<string, unknown>>;
}
