import { InputError } from "../core/errors.ts";
import type { LayoutCoordinate, LayoutDimension, LayoutGroup } from "../core/layout.ts";
import type { Attributes, CoordinateSpec } from "./array_spec.ts";
import { frameDimensions, type NamedChannel, NOT_A_TIME } from "./point_arrays.ts";
import { unitsAttribute } from "./units.ts";

/** The unit of coordinates that are times: milliseconds since 1970-01-01 UTC, stored as nanoseconds, which xarray decodes. */
const DATETIME = "datetime";

/** A coordinate of times. */
function datetimes(
  name: string,
  dimension: string,
  longName = name,
  size: number,
  atMs: (k: number) => number,
): CoordinateSpec {
  const entries = BigInt64Array.from({ length: size }, (_, k) => nanosecondsOf(atMs(k)));
  const attributes = {
    units: "nanoseconds since 1970-01-01",
    calendar: "proleptic_gregorian",
    long_name: longName,
  };
  return { name, dimension, entries, attributes };
}

/** Exactly what the double says; what is no time is xarray's NaT. */
function nanosecondsOf(ms: number): bigint {
  if (!Number.isFinite(ms)) return NOT_A_TIME;
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}

/**
 * All coordinates of a group that are known before the run: along the scan dimensions, and along those of the readings.
 *
 * @throws {InputError} when some do not fit the shape of their reading
 */
export function coordinateSpecs(group: LayoutGroup, channels: readonly NamedChannel[]): CoordinateSpec[] {
  return [...group.dimensions.flatMap(scanCoordinates), ...channels.flatMap(frameCoordinates)];
}

/** The coordinates along a scan dimension; a count where it has none of its own name. */
function scanCoordinates(dimension: LayoutDimension): CoordinateSpec[] {
  const { name, size, coordinates } = dimension;
  if (size === undefined) return [];
  const specs = coordinates.map((coordinate) => scanCoordinate(coordinate, name, size));
  if (!coordinates.some((coordinate) => coordinate.name === name)) {
    const entries = BigInt64Array.from({ length: size }, (_, k) => BigInt(k));
    specs.unshift({ name, dimension: name, entries, attributes: { units: "1", long_name: name } });
  }
  return specs;
}

function scanCoordinate(coordinate: LayoutCoordinate, dimension: string, size: number): CoordinateSpec {
  const { name, unit, longName, labels } = coordinate;
  if (unit === DATETIME) return datetimes(name, dimension, longName, size, (k) => Number(coordinate.at(k)));
  const entries = labels
    ? Array.from({ length: size }, (_, k) => String(coordinate.at(k)))
    : Float64Array.from({ length: size }, (_, k) => Number(coordinate.at(k)));
  const units = labels ? "" : unitsAttribute(unit);
  return { name, dimension, entries, attributes: { units, long_name: longName ?? name } };
}

function frameCoordinates(channel: NamedChannel): CoordinateSpec[] {
  const names = frameDimensions(channel);
  return Object.entries(channel.coordinates ?? {}).map(([own, { unit, values }]) => {
    const name = `${channel.name}_${own}`, d = names.indexOf(name);
    if (d < 0 || values.length !== channel.shape![d]) {
      const allowed = d < 0 ? `along ${names.join(", ") || "no dimension"}` : `${channel.shape![d]} entries`;
      throw InputError.at(
        `${channel.name}.coordinates.${own}`,
        `does not fit the reading: allowed ${allowed}`,
        values.length,
      );
    }
    if (unit === DATETIME) {
      return datetimes(name, name, `${channel.name} ${own}`, values.length, (k) => Number(values[k]));
    }
    return {
      name,
      dimension: name,
      entries: Float64Array.from({ length: values.length }, (_, k) => values[k]),
      attributes: { units: unitsAttribute(unit), long_name: `${channel.name} ${own}` },
    };
  });
}

/**
 * The names that go into the `coordinates` attribute of an array: all coordinates over its dimensions that are not the
 * index of one of them.
 */
export function coordinatesAttribute(
  dimensions: readonly string[],
  coordinates: readonly { readonly name: string; readonly dimensions: readonly string[] }[],
): Attributes {
  const names = coordinates
    .filter((c) => !dimensions.includes(c.name) && c.dimensions.every((dimension) => dimensions.includes(dimension)))
    .map((c) => c.name);
  return names.length ? { coordinates: names.join(" ") } : {};
}
