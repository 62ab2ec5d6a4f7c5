import type { AxisInfo, ChannelInfo } from "../../core/device.ts";
import type { Dtype } from "../../core/dtype.ts";
import type { Frame } from "../../core/point.ts";
import type { None } from "../rig_types.ts";

/** The types that an instrument's numbers are kept in. */
export type ScpiDtype = Exclude<Dtype, "bool" | "float16" | "complex64" | "complex128">;

/** A question that is asked again and again until a move has ended. */
export interface ScpiPoll {
  /** The query, as in `SOUR:VOLT:SLEW:STAT?`. */
  readonly ask: string;
  /** The answer that says that it has ended, as in `0`; numbers are compared as numbers. */
  readonly is: string;
  /** Between two questions, ms; 20 when left out. */
  readonly everyMs?: number;
}

/** An axis of an instrument, by its commands. */
export interface ScpiAxis extends Omit<AxisInfo, "labels" | "moveMs" | "unit"> {
  /** UDUNITS text; a pure number, or labels, when left out. */
  readonly unit?: string;
  /** The command, with `{}` for the setpoint: `SOUR:VOLT {}`. */
  readonly set: string;
  /** The query of the readback, `SOUR:VOLT?`; without it the axis says what it was last set to. */
  readonly get?: string;
  /** The labels allowed: as they go over the wire, or each with its code: `{ open: "1", closed: "0" }`. */
  readonly labels?: readonly string[] | Readonly<Record<string, string>>;
  /** How the end of a move is known: a query that is answered then (`*OPC?`), or one to be repeated. At once when left out. */
  readonly wait?: string | ScpiPoll;
  /** Units a second, for estimates before anything was measured. */
  readonly speed?: number;
  /** The command that stops this axis, past all that waits. */
  readonly stop?: string;
}

/** A reading of an instrument, by its query. */
export interface ScpiReading extends Omit<ChannelInfo, "dtype" | "unit"> {
  /** UDUNITS text; a pure number when left out. */
  readonly unit?: string;
  /** The query, `MEAS:CURR?`. */
  readonly read: string;
  /** `float64` when left out. */
  readonly dtype?: ScpiDtype;
  /** How its numbers come: `ascii` (with commas between them; when left out) or a definite-length `block` (`#42000…`). */
  readonly format?: "ascii" | "block";
  /** Of a block; `big` when left out, as SCPI has it (`FORM:BORD NORM`). */
  readonly byteOrder?: "big" | "little";
  /** How long an answer should take, ms, for estimates before anything was measured. */
  readonly takesMs?: number;
  /** Without an answer for so long, it has failed; the table's when left out. */
  readonly timeoutMs?: number;
}

/** An instrument that speaks SCPI, by its commands. */
export interface ScpiTable {
  /** `tcp://host:port`; the port is 5025 when left out. Devices of one rig with the same address share its connection. */
  readonly address: string;
  /** `true`: it must answer to `*IDN?`. A text: its answer must hold that text, so that nobody drives the wrong instrument. */
  readonly identify?: boolean | string;
  /** Commands sent once, when it is connected. */
  readonly setup?: readonly string[];
  /** Its axes by name within the device; `""` is the device itself. */
  readonly axes?: Readonly<Record<string, ScpiAxis>>;
  /** Its readings by name within the device; all of them are read at each point, in this order. */
  readonly readings?: Readonly<Record<string, ScpiReading>>;
  /** Sent before the readings of a point; when it asks (`INIT;*OPC?`), its answer is awaited. */
  readonly trigger?: string;
  /** What is asked once, on connecting, for the record: `{ idn: "*IDN?" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The query of the error queue, `SYST:ERR?`, asked after every command that is not a query. */
  readonly errors?: string;
  /** The commands that bring everything to rest, past all that waits. */
  readonly stop?: string | readonly string[];
  /** What another process sends when this one was killed; `stop`, and that of the axes, when left out. */
  readonly safe?: string | readonly string[];
  /** What ends a command; a newline when left out. Answers may end in CR and newline too. */
  readonly terminator?: "\n" | "\r\n";
  /** Without a connection or an answer for so long, a call has failed; 5000 ms when left out. */
  readonly timeoutMs?: number;
}

/** What an axis of a table may be set to. */
export type ScpiSetpoint<X> = X extends { readonly labels: readonly (infer L extends string)[] } ? L
  : X extends { readonly labels: infer M extends Readonly<Record<string, string>> } ? keyof M & string
  : number;

/** The axes of a table, for the compiler. */
export type ScpiAxes<T extends ScpiTable> = T extends { readonly axes: infer A extends object }
  ? { [K in keyof A & string]: ScpiSetpoint<A[K]> }
  : None;

/** What one reading of a table gives: a frame where it has dimensions. */
export type ScpiGives<X> = X extends { readonly shape: readonly [] } ? number
  : X extends { readonly shape: readonly number[] } ? Frame
  : number;

/** The readings of a table, for the compiler. */
export type ScpiReadings<T extends ScpiTable> = T extends { readonly readings: infer R extends object }
  ? { [K in keyof R & string]: ScpiGives<R[K]> }
  : None;

/** Whether a command is answered: whether its last part asks. */
export function isQuery(command: string): boolean {
  return command.slice(command.lastIndexOf(";") + 1).includes("?");
}

/** One command or several, as a list. */
export function commandsOf(commands: string | readonly string[] | undefined): readonly string[] {
  return commands === undefined ? [] : typeof commands === "string" ? [commands] : commands;
}
