import { InputError, type Issue, show } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { commandsOf, isQuery, type ScpiAxis, type ScpiPoll, type ScpiReading, type ScpiTable } from "./scpi_table.ts";
import { parseTcpAddress } from "./tcp_address.ts";

const DTYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"];

/** A key that is misspelt would be a limit that is not there. */
const KEYS = {
  table: [
    ...["address", "identify", "setup", "axes", "readings", "trigger", "settings", "errors", "stop", "safe"],
    ...["terminator", "timeoutMs"],
  ],
  axis: [
    ...[
      "set",
      "get",
      "unit",
      "limits",
      "labels",
      "longName",
      "tolerance",
      "settleMs",
      "timeoutMs",
      "wait",
      "speed",
      "stop",
    ],
  ],
  wait: ["ask", "is", "everyMs"],
  reading: [
    ...["read", "unit", "dtype", "shape", "dimensions", "coordinates", "longName", "expression", "cellMethods"],
    ...["format", "byteOrder", "takesMs", "timeoutMs"],
  ],
} as const satisfies {
  table: (keyof ScpiTable)[];
  axis: (keyof ScpiAxis)[];
  wait: (keyof ScpiPoll)[];
  reading: (keyof ScpiReading)[];
};

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
  keyIssues("", table, KEYS.table, found);
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

function keyIssues(path: string, entry: object, allowed: readonly string[], found: Found): void {
  for (const key of Object.keys(entry)) {
    if (!allowed.includes(key)) found(path ? `${path}.${key}` : key, `unknown key; ${didYouMean(key, allowed)}`, key);
  }
}

function axisIssues(path: string, axis: ScpiAxis, found: Found): void {
  const { set, get, wait, stop, labels, limits, tolerance, speed } = axis;
  keyIssues(path, axis, KEYS.axis, found);
  tells(`${path}.set`, set, found);
  if (typeof set === "string" && !set.includes("{}")) {
    found(`${path}.set`, "the command has {} where the setpoint goes", set);
  }
  if (get !== undefined) asks(`${path}.get`, get, found);
  else if (tolerance !== undefined) found(`${path}.tolerance`, "a tolerance needs a readback, `get`", tolerance);
  if (typeof wait === "object") {
    keyIssues(`${path}.wait`, wait, KEYS.wait, found);
    asks(`${path}.wait.ask`, wait.ask, found);
  }
  if (typeof wait === "string") asks(`${path}.wait`, wait, found);
  if (stop !== undefined) tells(`${path}.stop`, stop, found);
  if (!(speed === undefined || speed > 0)) found(`${path}.speed`, "a speed is a positive number", speed);
  if (labels && limits) found(`${path}.labels`, "an axis has labels or limits, not both", labels);
  if (limits && !(limits[0] <= limits[1])) found(`${path}.limits`, "limits are [low, high]", limits);
}

function readingIssues(path: string, reading: ScpiReading, found: Found): void {
  const { read, shape, dtype, format } = reading;
  keyIssues(path, reading, KEYS.reading, found);
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

function asks(path: string, command: unknown, found: Found): void {
  if (oneLine(path, command, found) && !isQuery(command)) found(path, "a query ends in ?", command);
}

/** An answer that nobody takes would be taken for the next one's. */
function tells(path: string, command: unknown, found: Found): void {
  if (oneLine(path, command, found) && command.includes("?")) {
    found(path, "a command that is not asked for an answer has no ?", command);
  }
}

/** Cells of a notebook have no types: what is missing is told too. */
function oneLine(path: string, command: unknown, found: Found): command is string {
  if (typeof command === "string" && /^[\x20-\x7e]+$/.test(command)) return true;
  found(path, "a command is one line of plain characters", command);
  return false;
}
