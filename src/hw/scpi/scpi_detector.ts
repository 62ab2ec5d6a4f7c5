import type { ChannelInfo, Detector, Op } from "../../core/device.ts";
import { itemBytes, makeArray } from "../../core/dtype.ts";
import { Frame, type Reading } from "../../core/point.ts";
import { explainSilence } from "./explain_silence.ts";
import { copyBlock, parseNumber, parseNumbers } from "./parse_numbers.ts";
import type { ReplyBuffer } from "./reply_buffer.ts";
import { tellChecked } from "./tell_checked.ts";
import type { Asking, ScpiLink } from "./scpi_link.ts";
import { isQuery, type ScpiReading, type ScpiTable } from "./scpi_table.ts";

/** No number is written with more characters, comma included. */
const CHARACTERS = 32;

/** How one reading is asked for and understood. */
interface Channel {
  readonly name: string;
  readonly entry: ScpiReading;
  readonly bytes: number;
  parse(buffer: ReplyBuffer): Reading | undefined;
}

/** The readings of a table; undefined when it has none. */
export function scpiDetector(
  table: ScpiTable,
  device: string,
  link: ScpiLink,
  timeoutMs: number,
): Detector | undefined {
  const channels = Object.entries(table.readings ?? {}).map(([name, entry]) => channelOf(name, entry));
  if (!channels.length) return undefined;
  const { trigger, errors } = table;
  const asking = (action: string, op: Op): Asking => ({ name: device, action, signal: op.signal });
  const allMs = channels.reduce((sum, { entry }) => sum + (entry.timeoutMs ?? timeoutMs), 0);
  // A whole reading may be on its way while nobody has taken it yet.
  link.limitBytes = Math.max(link.limitBytes, ...channels.map(({ bytes }) => 2 * bytes + 65_536));

  const read = async (op: Op) => {
    const readings: Record<string, Reading> = {};
    const about = asking("read", op);
    await explainSilence(link, about, errors, () =>
      link.repeatable(about, async (talk) => {
        for (const { name, entry, parse } of channels) {
          readings[name] = await talk.ask(entry.read, entry.timeoutMs, parse);
        }
      }));
    return channels.length === 1 && "" in readings ? readings[""] : readings;
  };

  return {
    channels: Object.fromEntries(channels.map(({ name, entry }) => [name, infoOf(entry)])),
    // The second attempt, after a connection was lost, takes as long again.
    timeoutMs: Math.max(60_000, 2 * (allMs + timeoutMs)),
    read,
    readMs: () => channels.reduce((sum, { entry }) => sum + (entry.takesMs ?? 0), 0),
    ...(trigger !== undefined && {
      trigger: (op: Op) => {
        const about = asking("trigger", op);
        return link.exchange(
          about,
          (talk) =>
            isQuery(trigger)
              ? tellChecked(talk, about, errors, trigger, () => talk.ask(trigger))
              : tellChecked(talk, about, errors, trigger),
        );
      },
    }),
  };
}

function infoOf(
  { read: _, format: _f, byteOrder: _b, timeoutMs: _t, takesMs: _m, unit = "", ...info }: ScpiReading,
): ChannelInfo {
  return { ...info, unit };
}

function channelOf(name: string, entry: ScpiReading): Channel {
  const { dtype = "float64", shape = [], format = "ascii", byteOrder = "big" } = entry;
  const length = shape.reduce((product, size) => product * size, 1), target = makeArray(dtype, length);
  const wanted = length * itemBytes(dtype), frame = new Frame(target, shape);
  const fill = (buffer: ReplyBuffer): true | undefined => {
    if (format === "block") {
      const bytes = buffer.block(wanted);
      return bytes && (copyBlock(bytes, dtype, byteOrder, target), true);
    }
    const line = buffer.line();
    if (line === undefined) return undefined;
    if (shape.length === 0 && dtype === "float64") target[0] = parseNumber(line);
    else parseNumbers(line, dtype, target);
    return true;
  };
  return {
    name,
    entry,
    bytes: format === "block" ? wanted : length * CHARACTERS,
    parse: (buffer) => fill(buffer) && (shape.length ? frame : Number(target[0])),
  };
}
