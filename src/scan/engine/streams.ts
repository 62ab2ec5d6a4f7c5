import { messageOf } from "../../core/errors.ts";
import type { Point } from "../../core/point.ts";
import { BASELINE, monitored, monitorPass, scalarChannels } from "../stream_groups.ts";
import type { DeviceTurns } from "./device_turns.ts";
import type { Job } from "./job.ts";
import type { Performer } from "./performer.ts";
import { StreamsDerived } from "./streams_derived.ts";
import { StreamsMonitor } from "./streams_monitor.ts";
import { StreamsReader, type Wanted } from "./streams_reader.ts";
import { isPromise, Waits } from "./waits.ts";

/** A detector that is made ready for a stream only may take this long, and as long to be released. */
const STAGE_TIMEOUT_MS = 30_000;
/** What is being read when the run ends is given up after this time. */
const IDLE_MS = 2_000;

/**
 * Records what is beside the points of a run: the whole rig at start and end, and signals on clocks of their own. Whatever
 * fails in it, or takes long, is said in the log, and changes nothing of the run.
 */
export class Streams {
  /** Its own: monitors go on while the run is paused. */
  readonly #waits: Waits;
  readonly #reader: StreamsReader;
  readonly #monitors: StreamsMonitor[] = [];
  readonly #computers: StreamsDerived[] = [];
  readonly #staged = new Map<string, AsyncDisposable>();
  /** By stream: what sinks have not stored yet. */
  readonly #full = new Set<string>();
  #begun = false;

  /** Nothing is read yet. */
  constructor(readonly job: Job, readonly performer: Performer, turns: DeviceTurns | undefined) {
    this.#waits = new Waits(job.rig.clock);
    this.#reader = new StreamsReader(job.rig, turns?.beside(), this.#waits);
  }

  /** Once the sinks are open and the detectors ready, before anything moves. Throws only what breaks the run off. */
  async begin(): Promise<void> {
    const { baseline, monitor = {} } = this.job.streams;
    if (!baseline && !Object.keys(monitor).length || !this.job.sinks.some((sink) => sink.sample)) return;
    this.#begun = true;
    const wanted = Object.keys(monitor).map((name) => this.#wantedOf(name));
    await this.#breakable(async () => {
      for (const each of wanted) await this.#stageFor(each);
      if (baseline) await this.#takeBaseline();
    });
    for (const each of wanted) this.#monitors.push(this.#monitorOf(each));
    for (const each of this.#monitors) each.start();
  }

  #wantedOf(name: string): Wanted {
    const { rig, signals, derived: before } = this.job, { derived, ...streamed } = monitored(name, rig, signals);
    const computer = derived && new StreamsDerived(derived, before);
    if (computer) this.#computers.push(computer);
    return { ...streamed, computer, pass: monitorPass(name) };
  }

  /** Every point of the scan, as it was measured. */
  hear(point: Point): void {
    for (const each of this.#computers) each.hear(point);
    for (const each of this.#monitors) each.hear(point);
  }

  /** When the path has ended, whatever happened, while sinks and detectors are still there. Never throws. */
  async end(): Promise<void> {
    if (!this.#begun) return;
    this.#begun = false;
    for (const each of this.#monitors) each.stop();
    this.#waits.breakOff(new Error("the run has ended"));
    try {
      await this.#breakable(async () => {
        await this.#waits.idle(IDLE_MS);
        if (this.job.streams.baseline) await this.#takeBaseline();
        await this.#release([...this.#staged.keys()]);
      });
    } catch {
      // Broken off by somebody who is in a hurry: what is recorded so far is there.
    }
  }

  /** Waits as the run does, so that whoever ends the run need not wait for a device that only a stream reads. */
  async #breakable(work: () => Promise<void>): Promise<void> {
    try {
      await this.performer.means.waits.wait(work(), Infinity);
    } catch (thrown) {
      this.#waits.breakOff(thrown);
      throw thrown;
    }
  }

  async #takeBaseline(): Promise<void> {
    const { rig } = this.job, before = new Set(this.#staged.keys());
    const channels = scalarChannels(rig);
    const wanted = { pass: BASELINE, channels, sources: channels, axes: [...rig.axes.keys()] };
    await this.#stageFor(wanted);
    const { point, reasons } = await this.#reader.read(wanted);
    for (const reason of reasons.values()) await this.#warn(`baseline: ${reason}`);
    this.#send(point);
    await this.#release([...this.#staged.keys()].filter((name) => !before.has(name)));
  }

  #monitorOf(wanted: Wanted): StreamsMonitor {
    const { rig, streams } = this.job, name = wanted.pass.slice(monitorPass("").length);
    return new StreamsMonitor({
      clock: rig.clock,
      reader: this.#reader,
      wanted,
      everyMs: streams.monitor?.[name].everyMs,
      send: (point) => this.#send(point),
      warn: (text) => void this.#warn(`monitor of ${name}: ${text}`),
    });
  }

  /** Hands a point to the sinks; one that has no room for the last one is not waited for. */
  #send(given: Omit<Point, "seqNum">): boolean {
    if (this.#full.has(given.pass)) return false;
    const point = { ...given, seqNum: this.performer.nextSeqNum };
    for (const sink of this.job.sinks) {
      try {
        const stored = sink.sample?.(point);
        if (!isPromise(stored)) continue;
        this.#full.add(given.pass);
        const room = () => void this.#full.delete(given.pass);
        stored.then(room, room);
      } catch {
        // A sink that cannot be written says so at the next point, or when it is closed.
      }
    }
    return true;
  }

  async #warn(text: string): Promise<void> {
    this.job.say(`warning: ${text}`);
    await this.performer.log("warning", text).catch(() => {});
  }

  /** Makes ready what the scan itself does not read. */
  async #stageFor({ pass, sources }: Wanted): Promise<void> {
    for (const name of new Set(sources.map(({ device }) => device))) {
      if (this.#staged.has(name) || this.job.channels.some(({ device }) => device === name)) continue;
      try {
        const staging = this.job.rig.devices.get(name)?.stage?.(this.#waits.op);
        const late = () => new Error(`${name}: stage: not ready within ${STAGE_TIMEOUT_MS} ms`);
        if (staging) {
          this.#staged.set(
            name,
            isPromise(staging) ? await this.#waits.wait(staging, STAGE_TIMEOUT_MS, late) : staging,
          );
        }
      } catch (thrown) {
        await this.#warn(`${pass}: ${messageOf(thrown)}`);
      }
    }
  }

  async #release(names: readonly string[]): Promise<void> {
    for (const name of names.toReversed()) {
      const handle = this.#staged.get(name)!;
      this.#staged.delete(name);
      try {
        const late = () => new Error(`${name}: unstage: not released within ${STAGE_TIMEOUT_MS} ms`);
        await this.#waits.wait(handle[Symbol.asyncDispose](), STAGE_TIMEOUT_MS, late);
      } catch (thrown) {
        await this.#warn(messageOf(thrown));
      }
    }
  }
}
