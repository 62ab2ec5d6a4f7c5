/** Adaptive scans in a made-up laboratory whose readings can be had again, broken off anywhere and taken up again. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import {
  connect,
  type Derived,
  type DeviceSpec,
  fakeClock,
  Frame,
  type OnReadError,
  openRun,
  type PathFunction,
  type Plan,
  resume,
  scan,
} from "../mod.ts";
import type { Clock } from "../src/core/clock.ts";
import type { Answer } from "../src/core/path.ts";
import { hash32, type Random, random } from "../src/core/random.ts";
import { python } from "./python.ts";

const START_MS = Date.UTC(2026, 0, 1);
/** From one point to the next. */
const POINT_MS = 10;
const LIMITS = [-20, 20] as const;

/** Where the axes of the laboratory are. */
export type Places = Record<"x" | "y" | "z" | "t", number>;

/** What is the matter with the laboratory. */
export interface LabOptions {
  /** The part of readings of the diode that fail; each is tried twice. */
  readonly failing?: number;
  /** Standard deviation of the diode. */
  readonly noise?: number;
  /** Rows and columns of a frame; 8 and 10 when left out. */
  readonly shape?: readonly [number, number];
  /** Whether a reading is the same whenever it is taken: a paced run that is taken up again is late. */
  readonly timeless?: boolean;
}

/** The last point of a life. */
export interface LastPoint {
  readonly seqNum: number;
  readonly timestampMs: number;
  /** Whether the diode was read there: folds may carry numbers only. */
  readonly read: boolean;
}

/**
 * Axes that arrive at once, a diode and a camera. What they read depends on the places of all axes and on the number of
 * the point, which is told by the clock: so a run that goes on after some point reads what it would have read.
 */
export class Lab {
  readonly places: Places = { x: 1, y: 2, z: 0.3, t: 1 };
  /** Axes that have been told to stop, since they were moved last. */
  readonly stopped: Set<keyof Places> = new Set();
  /** Axes that have been moved. */
  readonly moved: Set<keyof Places> = new Set();
  /** Called whenever an axis, a detector or the clock is looked at. */
  onTick: (what: string) => void = () => {};
  #clock: Clock = fakeClock(START_MS);
  #point = 0;
  #reads = 0;

  constructor(readonly options: LabOptions = {}) {}

  /** The clock of the rig. It says how many points there have been. */
  get clock(): Clock {
    const base = this.#clock;
    return {
      nowMs: () => {
        this.onTick("clock");
        return base.nowMs() + POINT_MS * this.#point + this.#reads;
      },
      sleep: (ms, signal) => base.sleep(ms, signal),
      timer: (ms, callback) => base.timer(ms, callback),
    };
  }

  /** A new life, after the point of that time: axes that were moved have been moved on by hand. */
  goOnAfter(last: LastPoint | undefined): void {
    this.#clock = fakeClock(START_MS);
    this.#point = last ? Math.ceil((last.timestampMs - START_MS) / POINT_MS) : 0;
    this.#reads = last?.read ? 1 : 0;
    for (const axis of this.moved) this.places[axis] += 0.37;
  }

  /** A number from 0 to 1 for the point in hand. */
  #chance(what: string): number {
    const { x, y, z, t } = this.places;
    return hash32(this.options.timeless ? 0 : this.#point, `${what} ${x} ${y} ${z} ${t}`) / 2 ** 32;
  }

  #axis(name: keyof Places): DeviceSpec<Record<"", number>, Record<never, never>> {
    const set = (to: unknown) => {
      this.onTick(`set ${name}`);
      this.places[name] = Number(to);
      this.moved.add(name);
      this.stopped.delete(name);
    };
    const readback = () => {
      this.onTick(`readback ${name}`);
      // What was read since the last readback belongs to a point that is over.
      if (this.#reads) this.#point++;
      this.#reads = 0;
      return this.places[name];
    };
    const stop = () => void this.stopped.add(name);
    const axes = { "": { unit: "mm", limits: LIMITS, set, readback, stop } };
    return { driver: "test.axis", connect: () => ({ driver: "test.axis", axes }) };
  }

  #diode(): DeviceSpec<Record<never, never>, Record<"", number>> {
    let attempt = 0;
    const read = () => {
      this.onTick("diode");
      attempt = this.#reads ? attempt + 1 : 0;
      this.#reads++;
      if (this.#chance(`fails ${attempt}`) < (this.options.failing ?? 0)) throw new Error("the diode gave nothing");
      const { x, y, z, t } = this.places,
        off = (x - 2 - 0.3 * y - 0.4 * t) / 0.6,
        [a, b] = ["a", "b"].map((w) => this.#chance(w));
      const normal = Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b);
      return 100 * Math.exp(-off * off / 2) / (1 + (z - 0.2 * y) ** 2) + 0.01 * (x + y + z + t) +
        (this.options.noise ?? 0) * normal;
    };
    const detector = { channels: { "": { unit: "V" } }, read };
    return { driver: "test.diode", connect: () => ({ driver: "test.diode", detector }) };
  }

  /** Sharpest where z is 0.2 y. */
  #camera(): DeviceSpec<Record<never, never>, Record<"", Frame>> {
    const { shape = [8, 10] } = this.options, memory = new Uint16Array(shape[0] * shape[1]);
    const read = () => {
      this.onTick("camera");
      const { y, z } = this.places, contrast = 400 / (1 + (z - 0.2 * y) ** 2), noise = random(hash32(7, `${z} ${y}`));
      for (let k = 0; k < memory.length; k++) {
        const bright = (Math.floor(k / shape[1] / 2) + Math.floor(k % shape[1] / 2)) % 2;
        memory[k] = Math.round(500 + bright * contrast + 2 * noise.uniform());
      }
      return new Frame(memory, shape);
    };
    const detector = { channels: { "": { unit: "count", dtype: "uint16" as const, shape } }, read };
    return { driver: "test.camera", connect: () => ({ driver: "test.camera", detector }) };
  }

  /** A rig of it for one life. */
  connect() {
    const [t, y, x, z] = (["t", "y", "x", "z"] as const).map((name) => this.#axis(name));
    return connect({ t, y, x, z, camera: this.#camera(), diode: this.#diode() }, { clock: this.clock, seed: 3 });
  }
}

/** A scan that is broken off and taken up. */
export interface Scenario {
  readonly plan: Plan<keyof Places> | PathFunction<Places, { diode: number }>;
  readonly lab?: LabOptions;
  /** `["diode"]` when left out. */
  readonly read?: readonly ("diode" | "camera")[];
  readonly derive?: Derived;
  readonly keep?: readonly string[];
  readonly then?: OnReadError["then"];
  /** Waited for in the loop's body. */
  readonly onPoint?: (seqNum: number) => Promise<void>;
  /** What is answered to a question; it depends on nothing else. */
  readonly answer?: (found: string) => Answer;
  /** Visits whose points are not kept begin anew, and say again what they have said. */
  readonly begins?: boolean;
}

/** How a life ends: at a tick, from outside; or by leaving the loop after so many points. */
export type End = { readonly how: "abort" | "finish"; readonly tick: number } | {
  readonly how: "break";
  readonly points: number;
};

/** What came of a life. */
export interface Lived {
  readonly done: boolean;
  readonly ticks: number;
  /** The numbers of the points that the loop was handed. */
  readonly seen: readonly number[];
}

/** Lives once: begins a run, or takes it up. */
export async function live(
  store: string,
  { plan, lab: options, read = ["diode"], ...how }: Scenario,
  lab: Lab,
  end?: End,
): Promise<Lived> {
  void options;
  const { derive, keep, then = "record", answer = () => "continue" as const } = how;
  lab.onTick = () => {};
  const begun = await isThere(store);
  if (!begun) lab.goOnAfter(undefined);
  // What is not published, because it was killed, is so when the run is taken up; the time is only needed then.
  const rig = await lab.connect(),
    common = { answer: ({ found }: { readonly found: string }) => answer(found), derive, quiet: true };
  const run = begun ? await resume(store, rig, { plan: plan as never, ...common }) : scan(plan as never, {
    rig,
    read: read as never,
    keep,
    to: store,
    durability: "none",
    onReadError: { retries: 1, then },
    ...common,
  });
  if (begun) lab.goOnAfter(await lastPoint(store));
  const seen: number[] = [];
  let ticks = 0;
  lab.onTick = () => {
    if (ticks++ === (end && "tick" in end ? end.tick : -1)) {
      if (end!.how === "abort") run.abort("broken off");
      else run.finish("broken off");
    }
  };
  try {
    for await (const { seqNum } of run) {
      if (seqNum >= 0) seen.push(seqNum);
      await how.onPoint?.(seqNum);
      if (end?.how === "break" && seen.length > end.points) break;
    }
  } catch (thrown) {
    if (end?.how !== "abort" || !/broken off/.test(String(thrown))) throw thrown;
  }
  lab.onTick = () => {};
  await rig[Symbol.asyncDispose]();
  const done = run.status.state === "success" && run.status.reason === "the plan is complete";
  return { done, ticks, seen };
}

async function isThere(store: string): Promise<boolean> {
  return await Deno.stat(join(store, "zarr.json")).then(() => true, () => false);
}

/** The last of the points that all those before it are there of. */
export async function lastPoint(store: string): Promise<LastPoint | undefined> {
  const run = await openRun(store), points = new Map<number, LastPoint>();
  for (const name of run.arrays.keys()) {
    if (!/(^|\/)quality$/.test(name)) continue;
    const beside = (what: string) => name.replace(/quality$/, what);
    const [seqNums, stamps] = await Promise.all(
      ["seq_num", "timestamp"].map(async (what) => (await run.array(beside(what)).read()).data as BigInt64Array),
    );
    const codes = (await run.array(name).read()).data as Uint8Array;
    // The point of a fold may carry the mean of a reading, and how many there were.
    const counts = run.arrays.has(beside("diode_n")) ? (await run.array(beside("diode_n")).read()).data : [];
    const read = (k: number) => run.arrays.has(beside("diode")) && !(Number(counts[k]) >= 0);
    codes.forEach((code, k) => {
      const seqNum = seqNums[k];
      if (code) {
        points.set(Number(seqNum), {
          seqNum: Number(seqNum),
          timestampMs: Number(stamps[k] / 1_000_000n),
          read: read(k),
        });
      }
    });
  }
  let last = 0;
  while (points.has(last)) last++;
  return last ? points.get(last - 1) : undefined;
}

/** What a run holds, but for when: arrays by name, and what was decided and asked. */
export async function contents(store: string, begins = false): Promise<Record<string, unknown[]>> {
  const run = await openRun(store), found: Record<string, unknown[]> = {};
  const read = async (name: string) => Array.from((await run.array(name).read()).data as ArrayLike<unknown>);
  for (const name of run.arrays.keys()) {
    if (!name.endsWith("timestamp") && !name.startsWith("log/")) found[name] = await read(name);
  }
  if (!run.arrays.has("log/kind")) return found;
  const [kinds, texts, data, seqNums] = await Promise.all(
    ["kind", "text", "data", "seq_num"].map((name) => read(`log/${name}`)),
  );
  let entries: { readonly seqNum: number; readonly line: string }[] = [];
  for (const [k, kind] of kinds.entries()) {
    const { afterMs: _, ...known } = JSON.parse(String(data[k]) || "{}"), seqNum = Number(seqNums[k]);
    // What was said after points that a kill has lost is said again.
    if (kind === "transition" && "upTo" in known) entries = entries.filter((entry) => entry.seqNum <= known.upTo);
    if (kind === "note" || kind === "ask") {
      entries.push({ seqNum, line: JSON.stringify([seqNum, kind, texts[k], known]) });
    }
  }
  const said = entries.map(({ line }) => line);
  found.said = begins ? [...new Set(said)] : said;
  return found;
}

/** xarray opens every one of these runs with warnings as errors, and each of its points that is good has its readings. */
export async function xarrayReads(stores: readonly string[]): Promise<void> {
  const bad = await python(
    `
import xarray as xr, numpy as np
bad = []
for path in data:
    tree = xr.open_datatree(path, engine="zarr")
    for node in tree.subtree:
        ds = node.to_dataset()
        if "quality" not in ds: continue
        q = ds.quality.values
        good, measured = (q == 1) | (q == 2), (q > 0) & (q < 4)
        if "diode" in ds and not np.isfinite(ds.diode.values[good]).all(): bad.append([path, node.path, "diode"])
        if "camera" in ds and not (ds.camera.values[good] > 0).all(): bad.append([path, node.path, "camera"])
        if not (ds.seq_num.values[measured] >= 0).all(): bad.append([path, node.path, "seq_num"])
        if np.isnat(ds.timestamp.values[measured]).any(): bad.append([path, node.path, "timestamp"])
print(json.dumps(bad))`,
    stores,
  );
  assertEquals(bad, []);
}

/** A scan that was left alone, and what it holds. */
export interface Whole extends Lived {
  readonly store: string;
  readonly contents: Readonly<Record<string, unknown[]>>;
}

/** Lives a scan without a break. */
export async function whole(folder: string, scenario: Scenario): Promise<Whole> {
  const store = join(folder, "whole.zarr"), lived = await live(store, scenario, new Lab(scenario.lab));
  assert(lived.done);
  assertEquals(lived.seen, [...lived.seen.keys()]);
  return { ...lived, store, contents: await contents(store, scenario.begins) };
}

/** Breaks a scan off at each of these ends, one a life, and goes on to its own end; it then holds what the whole one does. */
export async function brokenOff(
  store: string,
  scenario: Scenario,
  alone: Whole,
  ends: readonly End[],
  atStop: (store: string, life: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const lab = new Lab(scenario.lab), seen: number[] = [], where = JSON.stringify(ends);
  for (const [life, end] of ends.entries()) {
    const lived = await live(store, scenario, lab, end);
    seen.push(...lived.seen);
    if (await isThere(store)) await atStop(store, life);
    if (lived.done) break;
  }
  const last = await live(store, scenario, lab);
  seen.push(...last.seen);
  assert(last.done, where);
  assertEquals(new Set(seen).size, seen.length, `measured twice: ${where}`);
  const found = await contents(store, scenario.begins), expected = alone.contents;
  assertEquals(Object.keys(found).sort(), Object.keys(expected).sort(), where);
  for (const name of Object.keys(expected)) assertEquals(found[name], expected[name], `${name}: ${where}`);
}

/** One life after the other is broken off: anywhere, by somebody or by the loop. */
export function anyEnds(chance: Random, { ticks, seen }: Whole, lives: number): End[] {
  return Array.from({ length: lives }, (_, life) => {
    const part = chance.uniform() / (life + 1), kind = chance.uniform();
    if (kind < 0.2) return { how: "break", points: Math.floor(part * seen.length) };
    return { how: kind < 0.4 ? "finish" : "abort", tick: Math.floor(part * ticks) };
  });
}

/** Copies a folder. */
export async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyTree(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
