import type { DeviceSpec } from "../../core/device.ts";
import { checkTable } from "./check_table.ts";
import { connectScpi } from "./connect_scpi.ts";
import type { ScpiAxes, ScpiReadings, ScpiTable } from "./scpi_table.ts";

/**
 * An instrument that speaks SCPI over TCP, from a table of its commands.
 *
 * - One exchange at a time: the next command waits until the last one is answered. `stop` goes past all of them.
 * - What fails is a `DeviceError` with the command: no answer in time, a connection that was lost, an answer that is none, and
 *   what the instrument's own error queue says.
 * - A query is asked again, once, when the connection was lost. A command is never sent twice.
 * - When the signal aborts, the call ends at once; the answer that is still to come is waited for, and thrown away.
 *
 * @param table its commands
 * @throws InputError with all that is wrong with the table
 *
 * @example
 * ```ts
 * import { scpi } from "./scpi.ts";
 * const source = scpi({
 *   address: "tcp://10.0.0.7:5025",
 *   identify: true,
 *   errors: "SYST:ERR?",
 *   axes: { voltage: { set: "SOUR:VOLT {}", get: "SOUR:VOLT?", unit: "V", limits: [-10, 10], wait: "*OPC?" } },
 *   readings: { current: { read: "MEAS:CURR?", unit: "A" } },
 *   stop: "ABOR",
 * });
 * console.assert(source.driver === "scpi"); // connect({ source }) has the axis source.voltage, and reads source.current
 * ```
 */
export function scpi<const T extends ScpiTable>(table: T): DeviceSpec<ScpiAxes<T>, ScpiReadings<T>> {
  checkTable(table);
  return { driver: "scpi", connect: (context) => connectScpi(table, context) };
}
