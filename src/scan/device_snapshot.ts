import type { Rig } from "../core/rig.ts";

/** A snapshot of every configured device, scanned or not: driver, settings, units and limits. */
export function deviceSnapshot(rig: Rig): Record<string, unknown> {
  const devices: Record<string, unknown> = {};
  const belongs = (name: string, device: string) => name === device || name.startsWith(`${device}.`);
  for (const [name, device] of rig.devices) {
    const axes = [...rig.axes.values()].filter((axis) => belongs(axis.name, name));
    const channels = [...rig.channels.values()].filter((channel) => channel.device === name);
    devices[name] = {
      driver: device.driver,
      settings: device.settings(),
      axes: Object.fromEntries(axes.map(({ name, unit, limits, labels, tolerance, settleMs, setpoint }) => [
        name,
        { unit, limits, labels, tolerance, settleMs, setpoint },
      ])),
      readings: Object.fromEntries(
        channels.map(({ name, unit, dtype = "float64", shape = [] }) => [name, { unit, dtype, shape }]),
      ),
    };
  }
  return devices;
}
