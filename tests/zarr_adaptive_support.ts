/** A made-up adaptive run, written straight into a store: a focus at each temperature, with a walk in between. */
import { assertEquals } from "@std/assert";
import type { LayoutGroup } from "../src/core/layout.ts";
import type { Answer } from "../src/core/path.ts";
import { Frame, type Point, type Readings, type Setpoints } from "../src/core/point.ts";
import type { RunHeader, Sink } from "../src/core/sink.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { recordedReplies } from "../src/zarr/recorded_replies.ts";
import type { MemoryStore } from "../src/zarr/stores/memory.ts";
import { resumedSink, type ZarrSinkOptions } from "../src/zarr/zarr_sink.ts";
import { channel, dimension, header, point } from "./zarr_fixture.ts";

const diode = channel("diode");
const sharpness = channel("sharpness", { unit: "1", expression: "brenner(camera)" });
const zFold = channel("z_fold", { unit: "um", longName: "best z", cellMethods: "z: mean" });

const axes = new Map([
  ["temperature", { name: "temperature", unit: "K" }],
  ["z", { name: "z", unit: "um", longName: "stage" }],
]);

/**
 * The made-up run: an outer grid with what was found, a coarse pass, one whose window moves, and points that nobody counted
 * before.
 */
export function adaptiveHeader(temperatures: number, shape: readonly number[]): RunHeader {
  const temperature = dimension("temperature", temperatures, "K");
  const camera = channel("camera", { unit: "count", dtype: "uint16", shape });
  const coarse = { name: "z", size: 5, coordinates: [{ name: "z", unit: "um", at: (i: number) => i }] };
  const common = { axes: ["temperature", "z"], channels: [diode] };
  const groups: LayoutGroup[] = [
    { ...common, pass: "fold", path: "", dimensions: [temperature], channels: [camera, zFold, sharpness] },
    { ...common, pass: "pass_0", path: "pass_0", dimensions: [temperature, coarse] },
    { ...common, pass: "pass_1", path: "pass_1", dimensions: [temperature, { name: "k", size: 4, coordinates: [] }] },
    { ...common, path: "points", dimensions: [{ name: "point", coordinates: [] }], around: ["temperature"] },
  ];
  return header({ groups }, [camera, diode], { axes });
}

export const HEADER: RunHeader = adaptiveHeader(3, [4, 6]);
export const { channels: CHANNELS, layout: { groups: GROUPS } } = HEADER;

/** Some seconds of it, with frames that go through Workers. */
export const LONG: RunHeader = adaptiveHeader(56, [512, 640]);

/** What the path of the made-up run asks for. */
export interface Measure {
  readonly kind: "measure";
  readonly pass: string;
  readonly index: readonly number[];
  readonly setpoint: Setpoints;
  readonly skip?: boolean;
  readonly give?: Readonly<Record<string, number>>;
}
type Step = Measure | { readonly kind: "ask" };

/** Where it goes depends on every reading and answer before. */
export function* path(temperatures: number): Generator<Step, void, Point | Answer> {
  let state = 0;
  const measure = function* (request: Omit<Measure, "kind">): Generator<Step, Point, Point | Answer> {
    const got = (yield { kind: "measure", ...request }) as Point;
    assertEquals([got.pass, got.quality === "skipped"], [request.pass, request.skip ?? false]);
    if (got.quality === "good") state = (state * 31 + Math.round(Number(got.reading.diode ?? 0) * 1000)) % 9973;
    return got;
  };
  for (let t = 0; t < temperatures; t++) {
    const place = { temperature: t * 0.5 };
    for (let k = 0; k < 5; k++) yield* measure({ pass: "pass_0", index: [t, k], setpoint: { ...place, z: k } });
    const answer = yield { kind: "ask" }, center = state % 5 + (answer === "continue" ? 0 : 0.5);
    for (let k = 0; k < 4; k++) {
      const setpoint = { ...place, z: center + k / 8 };
      yield* measure({ pass: "pass_1", index: [t, k], setpoint, skip: t === 1 && k === 3 });
    }
    for (let left = 2 + state % 4; left > 0; left--) {
      yield* measure({ pass: "walk", index: [t], setpoint: { ...place, z: state % 7 }, skip: left === 2 });
    }
    yield* measure({ pass: "fold", index: [t], setpoint: { ...place, z: center }, give: { z_fold: center } });
  }
}

/** A reading that depends on the place, and on what the sample is like in this life. */
function respond(request: Measure, seqNum: number, sample: number, shape: readonly number[]): Point {
  const { pass, index, setpoint, skip, give = {} } = request, z = Number(setpoint.z), t = Number(setpoint.temperature);
  if (skip) {
    const readback = { temperature: NaN, z: NaN };
    return { ...point([...index], -1, { setpoint }), pass, readback, timestampMs: NaN, quality: "skipped" };
  }
  const failed = pass === "pass_0" && index[0] === 1 && index[1] === 2;
  const frame = (count: number) => new Frame(new Uint16Array(shape[0] * shape[1]).fill(count), shape);
  const reading: Readings = pass === "fold"
    ? { ...give, sharpness: z + t, camera: frame(1 + Math.round(z * 8)) }
    : { diode: failed ? NaN : Math.sin(z * 3 + t) + sample, camera: frame(7) };
  return point([...index], seqNum, {
    pass,
    setpoint,
    reading,
    quality: failed ? "failed" : "good",
    failed: failed ? ["diode"] : [],
  });
}

/** How a life of the run goes. */
export interface Life {
  /** Changes all readings of the diode. */
  readonly sample?: number;
  /** It ends after so many points have been measured. */
  readonly end?: number;
  /** Whether a point gets to the disk before the life ends. */
  readonly survives?: (point: Point) => boolean;
  /** Told of each point that is measured. */
  readonly onPoint?: (point: Point) => void | Promise<void>;
  /** The small one when left out. */
  readonly head?: RunHeader;
}

/** Carries the path out into a sink that is open. Says what the path was sent, points by number. */
async function live(sink: Sink, steps: ReturnType<typeof path>, next: ReturnType<typeof steps.next>, from: number, {
  sample = 0,
  end = Infinity,
  survives = () => true,
  onPoint = () => {},
  head = HEADER,
}: Life): Promise<boolean> {
  let seqNum = from;
  while (!next.done) {
    if (next.value.kind === "ask") {
      const answer: Answer = Math.round(sample * 10 + seqNum) % 2 ? "continue" : "cancel";
      await sink.log({ kind: "ask", timestampMs: 1e12 + seqNum, seqNum, text: "go on?", data: { answer } });
      next = steps.next(answer);
      continue;
    }
    if (seqNum >= end) return false;
    const measured = respond(next.value, seqNum, sample, head.channels[0].shape!);
    if (measured.quality !== "skipped") seqNum++;
    if (survives(measured)) await sink.write(measured);
    await onPoint(measured);
    next = steps.next(measured);
  }
  return true;
}

function pathOf({ layout }: RunHeader) {
  return path(layout.groups[0].dimensions[0].size!);
}

/** The first life of a run. Says whether it came to its end. */
export async function begin(sink: Sink, life: Life = {}): Promise<boolean> {
  const head = life.head ?? HEADER, steps = pathOf(head);
  await sink.open(head);
  return await live(sink, steps, steps.next(), 0, life);
}

/** A further life, which goes on where the last one was cut off. */
export async function goOn(options: ZarrSinkOptions, life: Life = {}) {
  const head = life.head ?? HEADER, { channels, layout: { groups } } = head;
  const sink = await resumedSink(options, head, undefined, true), upTo = sink.upTo!;
  const run = await openRun(options.store ?? options.url!);
  const found = await recordedReplies(run, groups, { upTo, channels });
  const steps = pathOf(head), walked = found.points(["diode"]), replayed: Point[] = [];
  let next = steps.next(), answers = 0, taken = 0, measured = 0;
  while (!next.done) {
    if (next.value.kind === "ask") {
      if (answers === found.answers.length) break;
      next = steps.next(found.answers[answers++]);
      continue;
    }
    const { pass, index, setpoint } = next.value;
    const known = pass === "walk" ? (await walked.next()).value as Point | undefined : await found.point(pass, index);
    if (!known) break;
    if (pass === "walk") taken++;
    if (known.quality !== "skipped") assertEquals(known.seqNum, measured++);
    for (const axis in known.setpoint) assertEquals(known.setpoint[axis], setpoint[axis], `${pass} ${index} ${axis}`);
    replayed.push(known);
    next = steps.next({ ...known, setpoint });
  }
  assertEquals([measured, found.measured], [upTo, upTo]);
  sink.keepPoints({ points: taken });
  await sink.open(head);
  return { sink, upTo, replayed, done: await live(sink, steps, next, upTo, life) };
}

/** All arrays of a run but those of its log, as they are read. */
export async function contents(place: string | MemoryStore): Promise<Record<string, unknown[]>> {
  const run = await openRun(place), found: Record<string, unknown[]> = {};
  for (const [name, array] of run.arrays) {
    if (!name.startsWith("log/")) found[name] = Array.from((await array.read()).data as ArrayLike<unknown>);
  }
  return found;
}

/** A group from which a point was lost loses all that follow. */
export function fifo(life: Life): Life {
  const broken = new Set<string>();
  return {
    ...life,
    survives: (point) => {
      if (!broken.has(point.pass) && !life.survives!(point)) broken.add(point.pass);
      return !broken.has(point.pass);
    },
  };
}

/** A point that was read back is the one that was measured, as far as its group holds it. */
export function same(found: Point, sent: Point): void {
  const { camera: _, ...numbers } = sent.reading;
  if (sent.quality !== "skipped") {
    assertEquals({ ...numbers, ...found.reading }, numbers);
    assertEquals(found.readback, sent.readback);
  }
  assertEquals([found.pass, found.index, found.seqNum, found.quality, found.failed, found.timestampMs], [
    sent.pass,
    sent.index,
    sent.seqNum,
    sent.quality,
    sent.failed,
    sent.timestampMs,
  ]);
}
