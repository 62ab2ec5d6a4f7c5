import type { DeviceSpec } from "../../../core/device.ts";
import { InputError, show } from "../../../core/errors.ts";
import type { None } from "../../rig_types.ts";
import { Actor, type SimOptions } from "../actor.ts";

/** What is special about the simulated sample. */
export interface SampleOptions extends SimOptions {
  /** Round marks for alignment, where the stages stand when they are in the spot: places in mm. None when left out. */
  readonly marks?: readonly (readonly [x: number, y: number])[];
  /** Radius of a mark (standard deviation), µm; 20 when left out. */
  readonly markUm?: number;
  /** How bright a mark is, beside 1 for a bright grain; 5 when left out. */
  readonly markBrightness?: number;
  /** How the sample creeps under the spot, mm per hour along each stage: what is at 0 now is at this an hour later. */
  readonly driftPerHour?: { readonly x?: number; readonly y?: number; readonly z?: number };
}

/**
 * The sample itself, where it shall have marks or creep: whatever looks at it sees that, cameras and diodes alike. It has
 * no axes and no readings, so it stands in a rig beside the stages that move it.
 *
 * @throws InputError for marks that are not two numbers
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ sample: sim.sample({ marks: [[0, 0]] }), diode: sim.photodiode({ noise: 0 }) });
 * const { detector } = rig.devices.get("diode")!;
 * console.assert(Number(await detector!.read({ signal: new AbortController().signal })) === 5); // it saturates on the mark
 * ```
 */
export function sample(options: SampleOptions = {}): DeviceSpec<None, None> {
  const driver = "sim.sample", { marks = [], markUm = 20, markBrightness = 5, driftPerHour = {} } = options;
  marks.forEach((mark, k) => {
    if (mark.length === 2 && mark.every(Number.isFinite)) return;
    throw InputError.at(`marks[${k}]`, `${driver}: a mark is [x, y] in mm; received ${show(mark)}`, mark);
  });
  const { x = 0, y = 0, z = 0 } = driftPerHour;
  return {
    driver,
    simulated: true,
    connect(context) {
      const actor = new Actor(context, options), connectedMs = actor.nowMs();
      for (const [x, y] of marks) {
        actor.world.sample.marks.push({ x, y, radius: markUm / 1000, height: markBrightness });
      }
      actor.world.addDrift(() => {
        const hours = (actor.nowMs() - connectedMs) / 3_600_000;
        return { x: x * hours, y: y * hours, z: z * hours };
      });
      return {
        driver,
        settings: () => ({ marks, markUm, markBrightness, driftPerHour: { x, y, z } }),
        [Symbol.asyncDispose]() {
          actor.note("close");
          return Promise.resolve();
        },
      };
    },
  };
}
