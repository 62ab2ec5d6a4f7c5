import type { Op } from "../../core/device.ts";
import { messageOf } from "../../core/errors.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Rig, RigAxis } from "../../core/rig.ts";
import { forbidOf } from "../../scan/forbid/forbidden_of.ts";
import { interruptible } from "../interruptible.ts";
import { allowedText, openRig, type RigOption, unitTail } from "../open_rig.ts";
import { type OutputOptions, print, printJson, Reported } from "../output.ts";
import { shortNumber } from "../short_number.ts";
import { textTable } from "../text_table.ts";

/** An axis and where it stands, or why it does not say. */
interface AxisNow {
  readonly axis: RigAxis;
  readonly readback?: Setpoint;
  readonly error?: string;
}

async function ask(axis: RigAxis, op: Op): Promise<AxisNow> {
  try {
    return { axis, readback: await axis.readback(op) };
  } catch (thrown) {
    if (op.signal.aborted) throw op.signal.reason;
    return { axis, error: messageOf(thrown) };
  }
}

function placeText({ axis, readback, error }: AxisNow): string {
  if (error !== undefined) return `no readback: ${error}`;
  return typeof readback === "number" ? `${shortNumber(readback)}${unitTail(axis.unit)}` : String(readback);
}

/** What a device is set to, in one line; empty where it says nothing. */
function settingsText(settings: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(settings).filter(([, setting]) => setting !== undefined);
  return said.map(([name, setting]) => `${name} ${typeof setting === "string" ? setting : JSON.stringify(setting)}`)
    .join(
      ", ",
    );
}

function describe(rig: Rig, axes: readonly AxisNow[]): string {
  const parts: string[] = [];
  if (axes.length) {
    const rows = axes.map((now) => [now.axis.name, placeText(now), allowedText(now.axis)]);
    parts.push(textTable([["axis", "readback", "allowed"], ...rows]));
  }
  if (rig.channels.size) {
    const rows = [...rig.channels.values()].map(({ name, dtype = "float64", unit, shape = [] }) => {
      return [name, shape.length ? shape.join(" × ") : "number", dtype, unit === "1" ? "" : unit];
    });
    parts.push(textTable([["detector", "reads", "type", "unit"], ...rows]));
  }
  const rows = [...rig.devices.values()].map(({ name, driver, settings }) => [name, driver, settingsText(settings())]);
  parts.push(textTable([["device", "driver", "settings"], ...rows]));
  const forbid = forbidOf(rig);
  if (forbid.length) parts.push(textTable([["forbidden, where this holds"], ...forbid.map((text) => [text])]));
  return parts.join("\n\n");
}

/** `sonde devices`: connects a rig, and says what it has: axes with limits and readbacks, detectors, settings. */
export async function devicesCommand(options: OutputOptions & RigOption): Promise<void> {
  using interrupt = interruptible("nothing has moved");
  await using rig = await openRig(options, interrupt.signal);
  const axes = await Promise.all([...rig.axes.values()].map((axis) => ask(axis, interrupt)));
  if (options.json) {
    printJson({
      axes: axes.map(({ axis: { name, unit, limits, labels }, readback, error }) => {
        return { name, unit, limits, labels, readback, error };
      }),
      detectors: [...rig.channels.values()].map(({ name, device, unit, dtype = "float64", shape = [] }) => {
        return { name, device, unit, dtype, shape };
      }),
      devices: [...rig.devices.values()].map(({ name, driver, settings }) => ({ name, driver, settings: settings() })),
      forbid: forbidOf(rig),
    });
  } else print(describe(rig, axes));
  const silent = axes.filter(({ error }) => error !== undefined);
  if (silent.length) throw new Reported(`${silent.map(({ axis }) => axis.name).join(", ")}: no readback`);
}
