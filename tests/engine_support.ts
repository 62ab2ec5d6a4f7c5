import { assert, assertEquals } from "@std/assert";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Clock } from "../src/core/clock.ts";
import type { Device, DeviceSpec } from "../src/core/device.ts";
import type { Point } from "../src/core/point.ts";
import type { Rig } from "../src/core/rig.ts";
import type { LogEntry, Outcome, RunHeader, Sink } from "../src/core/sink.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import type { SimEvent } from "../src/hw/sim/recorder.ts";
import type { Faults } from "../src/hw/sim/faults.ts";
import type { Run } from "../src/scan/engine/run.ts";

/** What a sink does wrong, or slowly. */
export interface SinkFaults {
  readonly throwIn?: "open" | "write" | "log" | "close";
  /** Answers with a rejected promise instead of a throw. */
  readonly late?: boolean;
  /** The write that throws, from 0; all of them when left out. */
  readonly atWrite?: number;
  /** Every write takes this long on the clock; `Infinity` never ends. */
  readonly writeMs?: number;
  readonly openMs?: number;
}

/** A sink that keeps what it is given and checks the order of the calls. */
export class RecordingSink implements Sink {
  readonly location = "memory";
  header: RunHeader | undefined;
  readonly points: Point[] = [];
  readonly entries: LogEntry[] = [];
  readonly outcomes: Outcome[] = [];
  bytesWritten = 0;
  opened = 0;

  constructor(readonly clock: Clock, readonly faults: SinkFaults = {}) {}

  open(header: RunHeader): void | Promise<void> {
    this.opened++;
    this.header = header;
    const failing = this.#fail("open");
    if (failing) return failing;
    if (this.faults.openMs) return this.clock.sleep(this.faults.openMs);
  }

  write(point: Point): void | Promise<void> {
    assertEquals(this.outcomes.length, 0, "written after close");
    this.points.push({ ...point });
    this.bytesWritten += 8;
    if (this.faults.atWrite === undefined || this.faults.atWrite === this.points.length - 1) {
      const failing = this.#fail("write");
      if (failing) return failing;
    }
    const { writeMs } = this.faults;
    if (writeMs === Infinity) return new Promise(() => {});
    if (writeMs) return this.clock.sleep(writeMs);
  }

  log(entry: LogEntry): void | Promise<void> {
    assertEquals(this.outcomes.length, 0, "logged after close");
    this.entries.push(entry);
    return this.#fail("log");
  }

  close(outcome: Outcome): void | Promise<void> {
    this.outcomes.push(outcome);
    return this.#fail("close");
  }

  #fail(where: NonNullable<SinkFaults["throwIn"]>): void | Promise<void> {
    if (this.faults.throwIn !== where) return;
    const error = new Error(`the sink failed in ${where}`);
    if (this.faults.late) return Promise.reject(error);
    throw error;
  }

  /** How the run ended; fails unless the sink was closed exactly once. */
  get outcome(): Outcome {
    assertEquals(this.outcomes.length, 1, "a sink is closed exactly once");
    return this.outcomes[0];
  }

  /** The texts of one kind of log entries. */
  texts(kind: LogEntry["kind"]): string[] {
    return this.entries.filter((entry) => entry.kind === kind).map((entry) => entry.text);
  }
}

/** The devices of a test bench by what can be wrong with them. */
export type BenchFaults = { readonly [N in "x" | "y" | "diode" | "lock" | "cam"]: Faults };

function devices(faults: BenchFaults, record: SimEvent[]) {
  const limits = [-10, 10] as const, unit = "mm";
  return {
    y: sim.stage({ unit, limits, speed: 1, overheadMs: 0, record, faults: faults.y }),
    x: sim.stage({ unit, limits, speed: 1, overheadMs: 0, record, faults: faults.x }),
    shutter: sim.shutter({ record }),
    diode: sim.photodiode({ record, dwellMs: 10, faults: faults.diode }),
    lock: sim.lockin({ record, faults: faults.lock }),
    cam: sim.camera({ shape: [4, 6], exposureMs: 5, record, faults: faults.cam }),
  };
}

/** A rig of simulated devices on a clock that jumps: stages go 1 mm a second, the diode looks for 10 ms. */
export async function bench(options: { sink?: SinkFaults } = {}) {
  const clock = fakeClock(), record = sim.recorder();
  const faults: BenchFaults = {
    x: sim.faults(),
    y: sim.faults(),
    diode: sim.faults(),
    lock: sim.faults(),
    cam: sim.faults(),
  };
  const rig = await connect(devices(faults, record), { clock, seed: 5 });
  const sink = new RecordingSink(clock, options.sink);
  return {
    clock,
    record,
    faults,
    rig,
    sink,
    /** What a device did, in order. */
    did(device: string, ...actions: SimEvent["action"][]): SimEvent[] {
      return record.filter((event) => event.device === device && (!actions.length || actions.includes(event.action)));
    },
    /** Closes the rig, and lets the clock's last turn go by, so that nothing is left running. */
    async [Symbol.asyncDispose](): Promise<void> {
      await rig[Symbol.asyncDispose]();
      await turns();
    },
  };
}

/** The bench, for those who annotate. */
export type Bench = Awaited<ReturnType<typeof bench>>;

/** Lets the event loop turn a few times. */
export async function turns(count = 3): Promise<void> {
  for (let k = 0; k < count; k++) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A device of a test's own, with its axes and readings for the compiler. */
export function deviceSpec<A, D>(device: Omit<Device, "driver">): DeviceSpec<A, D> {
  return { driver: "test", connect: () => ({ driver: "test", ...device }) };
}

/** What must hold at the end of any run, however it ended. */
export function assertTidy({ record, sink }: Pick<Bench, "record" | "sink">): void {
  const staged = record.filter((event) => event.action === "stage").map((event) => event.device);
  const unstaged = record.filter((event) => event.action === "unstage").map((event) => event.device);
  assertEquals(unstaged, staged.toReversed(), "detectors are released in reverse order, each once");
  const measured = sink.points.filter((point) => point.quality !== "skipped");
  assertEquals(measured.map((point) => point.seqNum), measured.map((_, k) => k), "seqNum is contiguous");
  const places = sink.points.map((point) => `${point.pass} ${point.index}`);
  assertEquals(new Set(places).size, places.length, "no point is stored twice");
  assert(sink.outcomes.length <= 1, "a sink is closed at most once");
}

/** Iterates to the end; gives the points, as copies, and what was thrown. */
export async function collect<A, D>(
  run: Run<A, D>,
  body: (point: Point<A, D>, k: number) => unknown = () => {},
): Promise<{ points: Point<A, D>[]; thrown: unknown }> {
  const points: Point<A, D>[] = [];
  try {
    for await (const point of run) {
      points.push({ ...point });
      if (await body(point, points.length - 1) === "break") break;
    }
  } catch (thrown) {
    return { points, thrown };
  }
  return { points, thrown: undefined };
}

/** The result or the rejection of a promise. */
export async function settled<T>(promise: Promise<T>): Promise<{ result?: T; error?: unknown }> {
  try {
    return { result: await promise };
  } catch (error) {
    return { error };
  }
}

/** Where an axis truly stands, by its readback. */
export async function standsAt(rig: Pick<Rig, "axes">, name: string): Promise<number> {
  return Number(await rig.axes.get(name)!.readback({ signal: new AbortController().signal }));
}
