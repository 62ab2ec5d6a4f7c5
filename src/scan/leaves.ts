import type { AxisOptions } from "../core/plan.ts";
import type { Column } from "./space.ts";

/** What a node says of the axis that it moves. */
export interface LineOptions extends AxisOptions {
  readonly axis: string;
}

/** A column of a plan by itself, whatever stands around it. */
export interface Leaf {
  readonly column: Column;
  /** 0 where the node is faulty, and only its axis and unit are known. */
  readonly size: number;
  /** A mask may leave some of its setpoints out. */
  readonly masked: boolean;
}

/** A name that a plan gives to a dimension, and where it stands. */
export interface NamedDimension {
  readonly name: string;
  readonly path: string;
}

/** What a plan names, gathered while it is built: all columns, and the dimensions that are no axis. */
export class Leaves {
  readonly columns: Leaf[] = [];
  readonly dimensions: NamedDimension[] = [];
  #relative = 0;
  #masks = 0;

  /** Makes a column, relative when it stands in a `relative`. */
  column(plan: LineOptions, size: number, at: Column["at"], path: string, more: Partial<Column> = {}): Column {
    const { axis, unit, settleMs, backlash } = plan;
    const column: Column = {
      axis,
      at,
      path,
      axisPath: `${path}.axis`,
      unit,
      settleMs,
      backlash,
      relative: this.#relative > 0,
      labels: false,
      ...more,
    };
    this.columns.push({ column, size, masked: this.#masks > 0 });
    return column;
  }

  /** Notes the name of a dimension that is no axis. */
  dimension(name: string, path: string): void {
    this.dimensions.push({ name, path });
  }

  /** Whatever `build` makes columns of is relative. */
  relative<T>(build: () => T): T {
    this.#relative++;
    const built = build();
    this.#relative--;
    return built;
  }

  /** Whatever `build` makes columns of is masked. */
  masked<T>(build: () => T): T {
    this.#masks++;
    const built = build();
    this.#masks--;
    return built;
  }
}
