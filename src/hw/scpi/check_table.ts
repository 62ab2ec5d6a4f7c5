import { InputError, type Issue, show } from "../../core/errors.ts";
import { commandsOf, isQuery, type ScpiAxis, type ScpiReading, type ScpiTable } from "./scpi_table.ts";
import { parseTcpAddress } from "./tcp_address.ts";

const DTYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"];

type Found = (path: string, message: string, received: unknown) => void;

/**
 * Looks at a table before anything is connected.
 *
 * @throws InputError with all that is wrong
 */
export function checkTable(table: ScpiTable): void {
  const issues: Issue[] = [];
  const found: Found = (path, message, received) =>
    issues.push({ path, message: `${message}; received ${show(received)}`, received, severity: "error" });
  try {
    parseTcpAddress(table.address);
  } catch (thrown) {
    issues.push(...(thrown as InputError).issues);
  }
  const axes = Object.entries(table.axes ?? {}), readings = Object.entries(table.readings ?? {});
  if (!axes.length && !readings.length) found("axes", "a table has an axis or a reading at least", table.axes);
  for (const [name, axis] of axes) axisIssues(name ? `axes.${name}` : "axes", axis, found);
  for (const [name, reading] of readings) readingIssues(name ? `readings.${name}` : "readings", reading, found);
  for (const [key, query] of Object.entries(table.settings ?? {})) asks(`settings.${key}`, query, found);
  if (table.errors !== undefined) asks("errors", table.errors, found);
  for (const command of [...commandsOf(table.stop), ...commandsOf(table.safe)]) tells("stop", command, found);
  for (const command of [...table.setup ?? [], ...commandsOf(table.trigger)]) oneLine("setup", command, found);
  if (!(table.timeoutMs === undefined || table.timeoutMs > 0)) {
    found("timeoutMs", "a time-out is a positive number of ms", table.timeoutMs);
  }
  if (issues.length) throw new InputError(issues);
}

function axisIssues(
  path: string,
  { set, get, wait, stop, labels, limits, tolerance, speed }: ScpiAxis,
  found: Found,
): void {
  tells(`${path}.set`, set, found);
  if (!set.includes("{}")) found(`${path}.set`, "the command has {} where the setpoint goes", set);
  if (get !== undefined) asks(`${path}.get`, get, found);
  else if (tolerance !== undefined) found(`${path}.tolerance`, "a tolerance needs a readback, `get`", tolerance);
  if (typeof wait === "object") asks(`${path}.wait.ask`, wait.ask, found);
  else if (wait !== undefined) asks(`${path}.wait`, wait, found);
  if (stop !== undefined) tells(`${path}.stop`, stop, found);
  if (!(speed === undefined || speed > 0)) found(`${path}.speed`, "a speed is a positive number", speed);
  if (labels && limits) found(`${path}.labels`, "an axis has labels or limits, not both", labels);
  if (limits && !(limits[0] <= limits[1])) found(`${path}.limits`, "limits are [low, high]", limits);
}

function readingIssues(path: string, { read, shape, dtype, format }: ScpiReading, found: Found): void {
  asks(`${path}.read`, read, found);
  if (shape && !shape.every((size) => Number.isInteger(size) && size > 0)) {
    found(`${path}.shape`, "a shape holds positive whole numbers", shape);
  }
  if (dtype !== undefined && !DTYPES.includes(dtype)) {
    found(`${path}.dtype`, `a dtype is one of ${DTYPES.join(", ")}`, dtype);
  }
  if (format !== undefined && format !== "ascii" && format !== "block") {
    found(`${path}.format`, "a format is ascii or block", format);
  }
}

function asks(path: string, command: string, found: Found): void {
  if (!isQuery(command)) found(path, "a query ends in ?", command);
  oneLine(path, command, found);
}

/** An answer that nobody takes would be taken for the next one's. */
function tells(path: string, command: string, found: Found): void {
  if (command.includes("?")) found(path, "a command that is not asked for an answer has no ?", command);
  oneLine(path, command, found);
}

function oneLine(path: string, command: string, found: Found): void {
  if (!/^[\x20-\x7e]+$/.test(command)) found(path, "a command is one line of plain characters", command);
}
