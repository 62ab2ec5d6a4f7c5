import type { DeviceSpec } from "../../../core/device.ts";
import type { None } from "../../rig_types.ts";
import { positive } from "../axis_device.ts";
import { steadyDevice } from "../steady_device.ts";
import type { StageOptions } from "./stage.ts";
import { DEFAULT_BANDWIDTH_NM } from "../world.ts";

/** A simulated monochromator. */
export interface MonochromatorOptions extends Omit<StageOptions, "unit" | "role"> {
  /** `nm` when left out. */
  readonly unit?: string;
  /** Full width at half maximum of its Gaussian slit function, nm; 0.2 when left out. */
  readonly bandwidthNm?: number;
}

/**
 * A grating monochromator between the lamp and the sample, whatever its name: detectors then see one wavelength.
 * It turns at 500 units per second, with an overhead of 2 ms, unless `speed` and `overheadMs` say otherwise.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ wavelength: sim.monochromator({ limits: [400, 900] }), diode: sim.photodiode() });
 * const op = { signal: new AbortController().signal };
 * await rig.axes.get("wavelength")!.set(703.24, op); // the brightest line but one
 * await rig.devices.get("diode")!.detector!.trigger!(op);
 * console.assert(Number(await rig.devices.get("diode")!.detector!.read(op)) > 0.1);
 * ```
 */
export function monochromator(options: MonochromatorOptions = {}): DeviceSpec<{ "": number }, None> {
  const driver = "sim.monochromator", { bandwidthNm = DEFAULT_BANDWIDTH_NM } = options;
  positive(driver, "bandwidthNm", bandwidthNm);
  return steadyDevice(options, {
    driver,
    left: { unit: "nm", speed: 500, overheadMs: 2, resolution: 1e-3 },
    role: () => "wavelength",
    bandwidthNm,
    settings: { bandwidthNm },
  });
}
