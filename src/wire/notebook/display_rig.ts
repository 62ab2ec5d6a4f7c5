import { messageOf, show } from "../../core/errors.ts";
import type { Rig, RigAxis, RigChannel } from "../../core/rig.ts";
import { forbidOf } from "../../scan/forbid/forbidden_of.ts";
import { formatNumber } from "../../view/ticks.ts";
import { type SummaryBundle, summaryBundle } from "../../view/notebook/summary.ts";
import type { Cell, Table } from "../../view/notebook/table.ts";

/**
 * A rig as it shows itself: its axes with limits and the setpoints that they reached last, what it reads, and the settings
 * of its devices. Nothing is moved, triggered or read.
 *
 * @example
 * ```ts
 * import { connect } from "../../hw/connect.ts";
 * import { sim } from "../../hw/sim/mod.ts";
 * import { displayRig } from "./display_rig.ts";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }) });
 * console.assert(displayRig(rig)["text/plain"].includes("−5 … 5"));
 * ```
 */
export function displayRig<A, D>(rig: Rig<A, D>): SummaryBundle {
  const { axes, channels, devices } = rig, forbid = forbidOf(rig as unknown as Rig);
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
  const tables = [axisTable([...axes.values()]), channelTable([...channels.values()]), settingTable(rig)];
  return summaryBundle({
    title: `Rig: ${count(devices.size, "device")}`,
    facts: [
      ["devices", [...devices.values()].map(({ name, driver }) => `${name} (${driver})`).join(", ")],
      ...forbid.length ? [["forbidden", forbid.join("; ")] as const] : [],
    ],
    tables: tables.filter(({ rows }) => rows.length > 0),
  });
}

const bare = (unit: string) => unit === "1" ? "" : unit;

function axisTable(axes: readonly RigAxis[]): Table {
  const text = (at: unknown) => typeof at === "number" ? formatNumber(at, 7) : String(at);
  const rows = axes.map((axis) => [
    axis.name,
    bare(axis.unit),
    axis.limits ? axis.limits.map(text).join(" … ") : axis.labels ? axis.labels.join(", ") : "none",
    axis.setpoint === undefined ? "not known" : text(axis.setpoint),
  ]);
  const columns = [{ head: "axis" }, { head: "unit" }, { head: "allowed" }, { head: "last setpoint", right: true }];
  return { title: "Axes", columns, rows };
}

function channelTable(channels: readonly RigChannel[]): Table {
  const rows = channels.map(({ name, unit, shape = [], dtype = "float64", device }) => [
    name,
    bare(unit),
    shape.length ? shape.join(" × ") : "a number",
    dtype,
    device,
  ]);
  const columns = ["reading", "unit", "shape", "type", "read with"].map((head) => ({ head }));
  return { title: "Readings", columns, rows };
}

function settingTable<A, D>({ devices }: Rig<A, D>): Table {
  const rows: Cell[][] = [];
  for (const device of devices.values()) {
    try {
      for (const [key, setting] of Object.entries(device.settings())) rows.push([device.name, key, show(setting)]);
    } catch (thrown) {
      rows.push([device.name, "", { text: `its settings cannot be had: ${messageOf(thrown)}`, mark: "error" }]);
    }
  }
  return { title: "Settings", columns: [{ head: "device" }, { head: "setting" }, { head: "is" }], rows };
}
