import { SondeError } from "../core/errors.ts";
import type { GroupWriter } from "./group_writer.ts";

/**
 * The group that stores the points of a pass: its own, else the one for all passes that have none; of samples, the stream.
 *
 * @param location of the store, for messages
 * @throws {SondeError} when there is none
 */
export function groupOfPass(
  groups: readonly GroupWriter[],
  pass: string,
  stream: boolean,
  location: string,
): GroupWriter {
  const own = groups.filter((group) => group.stream === stream);
  const group = own.find((group) => group.pass === pass) ?? own.find((group) => group.pass === undefined);
  if (group) return group;
  const passes = own.map((group) => group.pass).join(", ") || "none";
  throw new SondeError(
    stream
      ? `${location} has no stream "${pass}"; its streams: ${passes}`
      : `a point of pass "${pass}" has no place in ${location}; its passes: ${passes}`,
  );
}
