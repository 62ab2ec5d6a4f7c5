import { type Command, InvalidArgumentError, Option } from "commander";
import type { FindPeaksOptions } from "../adapt/peaks/mod.ts";

type Interval = number | readonly [number | null, number | null];

/** `3`, `3:`, `:5` or `3:5`: a minimum, or a closed interval. */
export function parseInterval(text: string): Interval {
  const parts = text.split(":").map((part) => part.trim() === "" ? null : Number(part));
  const wrong = parts.length > 2 || parts.every((part) => part === null) || parts.some((part) => Number.isNaN(part));
  if (wrong) throw new InvalidArgumentError(`received "${text}"; allowed: a number, or MIN:MAX with either left out`);
  const [least, most] = parts;
  if (parts.length === 1) return least!;
  if (least !== null && most !== null && least > most) {
    throw new InvalidArgumentError(`received "${text}"; allowed: MIN:MAX, with MIN at most MAX`);
  }
  return [least, most];
}

/** A number, or an error that says what came. */
export function parseNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) {
    throw new InvalidArgumentError(`received "${text}"; allowed: a number`);
  }
  return number;
}

/** scipy's conditions, as options of a command. */
export function addPeakConditions(command: Command): Command {
  const interval = (flags: string, text: string) => command.addOption(new Option(flags, text).argParser(parseInterval));
  interval("--height <range>", "peaks this high: MIN, or MIN:MAX");
  interval("--threshold <range>", "above both neighbours by this much");
  interval("--prominence <range>", "standing out by this much");
  interval("--width <range>", "this wide, in samples");
  interval("--plateau-size <range>", "with a flat top this long, in samples");
  command.option("--distance <samples>", "at least this far apart", parseNumber);
  command.option("--wlen <samples>", "window for prominences", parseNumber);
  return command.option(
    "--rel-height <part>",
    "where widths are measured, a part of the prominence (0.5)",
    parseNumber,
  );
}

/** The conditions among a command's options; undefined when there are none. */
export function peakConditions(options: Record<string, unknown>): FindPeaksOptions | undefined {
  const keys = ["height", "threshold", "prominence", "width", "plateauSize", "distance", "wlen", "relHeight"];
  const given = keys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]);
  return given.length ? Object.fromEntries(given) : undefined;
}
