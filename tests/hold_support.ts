import { fakeClock } from "../src/core/fake_clock.ts";
import type { Device, DeviceSpec } from "../src/core/device.ts";
import type { Setpoint } from "../src/core/point.ts";
import type { Rig } from "../src/core/rig.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { RecordingSink, turns } from "./engine_support.ts";

/** A reading that took place, by the rig's clock. */
export interface Taken {
  readonly device: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A gauge that reads a function of the time since the rig was made, and keeps when it was read. */
function gauge(name: string, unit: string, taken: Taken[], at: (ms: number) => number, readMs: number) {
  return {
    driver: "test",
    connect: ({ clock }: { clock: ReturnType<typeof fakeClock> }): Device => {
      const startMs = clock.nowMs();
      let busy = false;
      return {
        driver: "test",
        detector: {
          channels: { "": { unit } },
          async read({ signal }) {
            if (busy) throw new Error(`${name} was triggered while it was read`);
            busy = true;
            const fromMs = clock.nowMs() - startMs;
            try {
              await clock.sleep(readMs, signal);
            } finally {
              busy = false;
            }
            taken.push({ device: name, fromMs, toMs: clock.nowMs() - startMs });
            const reading = at(fromMs);
            if (reading === Infinity) throw new Error(`${name} is dead`);
            return reading;
          },
        },
      };
    },
  } as DeviceSpec<Record<never, never>, { "": number }>;
}

/** A rig of simulated devices on a clock that jumps, with a ring current and an interlock that are functions of time. */
export async function ringBench(
  { ring = () => 200, interlock = () => 1, ringMs = 1, diodeMs = 10, shutterMs }: {
    readonly ring?: (ms: number) => number;
    readonly interlock?: (ms: number) => number;
    readonly ringMs?: number;
    readonly diodeMs?: number;
    readonly shutterMs?: number;
  } = {},
) {
  const clock = fakeClock(), record = sim.recorder(), taken: Taken[] = [], startMs = clock.nowMs();
  const faults = { x: sim.faults(), shutter: sim.faults() };
  const rig = await connect({
    x: sim.stage({ unit: "mm", limits: [-100, 100], speed: 1, overheadMs: 0, record, faults: faults.x }),
    z: sim.stage({ unit: "mm", limits: [-100, 100], speed: 1, overheadMs: 0 }),
    shutter: sim.shutter({ record, faults: faults.shutter, ...shutterMs && { moveMs: shutterMs } }),
    park: sim.filterWheel({ labels: ["out", "in"], record }),
    diode: gauge("diode", "V", taken, (ms) => ms / 1000, diodeMs),
    ring: gauge("ring", "mA", taken, ring, ringMs),
    interlock: gauge("interlock", "", taken, interlock, ringMs),
  }, { clock, seed: 5 });
  const sink = new RecordingSink(clock);
  return {
    clock,
    record,
    taken,
    faults,
    rig,
    sink,
    /** Since the rig was made. */
    get nowMs(): number {
      return clock.nowMs() - startMs;
    },
    startMs,
    /** The shutter's moves, in order. */
    get shutter() {
      return record.filter(({ device, action }) => device === "shutter" && action === "set");
    },
    /** Opens the shutter. */
    async open(): Promise<void> {
      await rig.axes.get("shutter")!.set("open", { signal: new AbortController().signal });
    },
    /** When the stored points were read. */
    stored(points: readonly { readonly timestampMs: number }[]): Taken[] {
      const times = points.map(({ timestampMs }) => timestampMs - startMs);
      return taken.filter(({ device, fromMs }) => device === "diode" && times.includes(fromMs));
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await rig[Symbol.asyncDispose]();
      await turns();
    },
  };
}

/** The bench, for those who annotate. */
export type RingBench = Awaited<ReturnType<typeof ringBench>>;

/** Where the shutter stands. */
export async function shutterOf(rig: Pick<Rig, "axes">): Promise<Setpoint> {
  return await rig.axes.get("shutter")!.readback({ signal: new AbortController().signal });
}
