/** One axis along one dimension: the setpoints of an adaptive node's own plan, in the order of the plan. */
export interface Line {
  /** The axis' name in the rig. */
  readonly axis: string;
  /** In its unit, at least one, no two equal; they only rise or only fall. */
  readonly setpoints: readonly number[];
  /** Whether it runs backwards at every other visit of the line. */
  readonly snake?: boolean;
}
