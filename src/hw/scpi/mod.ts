/**
 * Instruments that speak SCPI over TCP, described by a table.
 *
 * @module
 */
export { scpi } from "./scpi.ts";
export type {
  ScpiAxes,
  ScpiAxis,
  ScpiDtype,
  ScpiGives,
  ScpiPoll,
  ScpiReading,
  ScpiReadings,
  ScpiSetpoint,
  ScpiTable,
} from "./scpi_table.ts";
