import type { Axis, ChannelInfo, ConnectContext, Detector, Device, Op } from "../../core/device.ts";
import type { Reading, Setpoints } from "../../core/point.ts";
import { Actor, type SimOptions } from "./actor.ts";

/** What one trigger gives: the reading itself, or one a channel. */
export type Measured = Reading | Readonly<Record<string, Reading>>;

/** The part of a simulated detector that differs from the others. */
export interface DetectorParts {
  readonly channels: Readonly<Record<string, ChannelInfo>>;
  readonly axes?: Readonly<Record<string, Axis>>;
  /** How long it looks; with other settings when they are given. */
  dwellMs(settings?: Setpoints): number;
  /** What it sees now. It may reuse its memory. */
  measure(): Measured;
  settings(): Readonly<Record<string, unknown>>;
}

/** A detector that looks for a while when it is triggered; what it saw at the end is read as often as one likes. */
export class SimDetector implements Detector {
  readonly channels: Readonly<Record<string, ChannelInfo>>;
  #actor: Actor;
  #parts: DetectorParts;
  #seen: Measured | undefined;

  /** Looks at the world of `actor`. */
  constructor(actor: Actor, parts: DetectorParts) {
    this.#actor = actor;
    this.#parts = parts;
    this.channels = parts.channels;
  }

  readMs(settings?: Setpoints): number {
    return this.#actor.takesMs(this.#parts.dwellMs(settings));
  }

  trigger(op: Op): void | Promise<void> {
    const actor = this.#actor;
    actor.note("trigger");
    this.#seen = undefined;
    actor.begin("trigger", op);
    const looking = actor.wait(actor.duration(this.#parts.dwellMs()), op);
    if (looking === undefined) return void (this.#seen = this.#parts.measure());
    return looking.then(() => void (this.#seen = this.#parts.measure()));
  }

  read(op: Op): Measured | Promise<Measured> {
    const actor = this.#actor;
    actor.note("read");
    actor.begin("read", op);
    const seen = this.#seen ?? this.#parts.measure();
    return actor.faults.dead ? actor.hang(op).then(() => seen) : seen;
  }
}

/** The device around a simulated detector: it can be staged, stopped and closed, and notes all of it. */
export function detectorDevice(
  driver: string,
  context: ConnectContext,
  options: SimOptions,
  parts: (actor: Actor) => DetectorParts,
): Device {
  const actor = new Actor(context, options), made = parts(actor), detector = new SimDetector(actor, made);
  return {
    driver,
    axes: made.axes,
    detector,
    settings: () => made.settings(),
    stage() {
      actor.note("stage");
      return {
        [Symbol.asyncDispose]() {
          actor.note("unstage");
          return Promise.resolve();
        },
      };
    },
    stop(why) {
      actor.note("stop");
      actor.interrupt(`stopped (${why})`);
    },
    [Symbol.asyncDispose]() {
      actor.note("close");
      return Promise.resolve();
    },
  };
}
