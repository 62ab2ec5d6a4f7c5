import type { Issue } from "../src/core/errors.ts";
import type { Plan } from "../src/core/plan.ts";
import type { Rig } from "../src/core/rig.ts";
import { connect, sim } from "../src/hw/mod.ts";
import { examine } from "../src/scan/examine.ts";
import { linspace, nest, repeat } from "../src/scan/nodes.ts";

/** Axes with numbers, with labels and of a camera, and two detectors. */
export async function makeRig(): Promise<Rig> {
  return await connect({
    wavelength: sim.instant({ unit: "nm", limits: [400, 900] }),
    x: sim.instant({ unit: "mm", limits: [-5, 5] }),
    y: sim.instant({ unit: "mm", limits: [-5, 5] }),
    filter: sim.filterWheel({ labels: ["empty", "BP600"] }),
    camera: sim.camera({ shape: [4, 4] }),
    diode: sim.constant(),
  }) as unknown as Rig;
}

/** Errors, not warnings, as they are printed. */
export const errorsOf = (issues: readonly Issue[]): string[] =>
  issues.filter((issue) => issue.severity === "error").map(({ path, message }) => `${path}: ${message}`);

/** The errors of a plan on that rig. */
export async function errorsOn(
  plan: unknown,
  options: Parameters<typeof examine>[2] = { read: ["diode"] },
): Promise<string[]> {
  await using rig = await makeRig();
  return errorsOf(examine(plan as Plan, rig, options).issues);
}

/** A node by hand, right but for what is said. */
export const line = (more: Record<string, unknown>): Record<string, unknown> => ({
  kind: "linspace",
  axis: "x",
  start: 0,
  stop: 1,
  num: 3,
  ...more,
});

/** So many loops inside one another. */
export const loops = (num: number) => nest(...Array.from({ length: num }, (_, k) => repeat(2, `loop${k}`)));

/** Two right lines. */
export const x = linspace("x", 0, 1, 3), y = linspace("y", 0, 1, 3);
