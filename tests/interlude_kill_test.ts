import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { openRun, resume, verifyRun } from "../mod.ts";
import { KINDS, laboratory } from "./interlude_kill_child.ts";
import { python } from "./python.ts";
import { withFolder } from "./zarr_fixture.ts";

const CHILD = new URL("./interlude_kill_child.ts", import.meta.url);

type Event = Readonly<Record<string, unknown>>;

/** Runs a scan in a process of its own, and kills it when `isNow` says so of all that it has printed. */
async function killed(args: readonly string[], isNow: (events: readonly Event[]) => boolean | Promise<boolean>) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD.href, ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text(), events: Event[] = [];
  let rest = "", dead = false;
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    events.push(...lines.map((line) => JSON.parse(line)));
    if (dead || !await isNow(events)) continue;
    child.kill("SIGKILL");
    dead = true;
  }
  const { signal } = await child.status;
  assertEquals(signal, "SIGKILL", await errors);
  await errors;
  return events;
}

/** Waits until a condition is true, for as long as a slow machine may need. */
async function until(condition: () => Promise<boolean>): Promise<true> {
  for (let k = 0; k < 1500; k++) {
    if (await condition().catch(() => false)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it was waited for half a minute, in vain");
}

async function logOf(store: string): Promise<string[]> {
  return (await (await openRun(store)).array("log/text").read()).data as string[];
}

/** The numbers of the points that a store holds with their status. */
async function stored(store: string): Promise<Set<number>> {
  const run = await openRun(store), numbers = [...run.arrays].filter(([name]) => /^(dark\/)?seq_num$/.test(name));
  const all = await Promise.all(numbers.map(async ([, array]) => [...(await array.read()).data as BigInt64Array]));
  return new Set(all.flat().map(Number).filter((number) => number >= 0));
}

/** Takes the run up in this process, and looks at all that it holds in the end. */
async function takenUp(store: string, shutter: string, kind: string): Promise<void> {
  const before = await stored(store), again: number[] = [];
  await using rig = await laboratory(shutter, () => 200);
  const run = await resume(store, rig, { quiet: true });
  for await (const { seqNum } of run) again.push(seqNum);
  const { status, points } = await run.done;
  const every = Array.from({ length: kind === "hold" ? 10 : 12 }, (_, k) => k);
  assertEquals([status, points], ["success", every.length]);
  assertEquals(again.filter((number) => before.has(number)), [], "measured twice");
  assertEquals([...await stored(store)].sort((a, b) => a - b), every);
  const [diode, quality, dark] = await python<[number[], number[], number[]]>(
    `
import xarray as xr
tree = xr.open_datatree(data, engine="zarr")
dark = tree["dark"].diode.values.tolist() if "dark" in tree.children else []
print(json.dumps([tree.diode.values.tolist(), tree.quality.values.tolist(), dark]))`,
    store,
  );
  assertEquals(diode, Array.from({ length: 10 }, (_, k) => k + 1));
  assertEquals(quality, new Array(10).fill(1));
  assertEquals(dark, kind === "hold" ? [] : [0, 0]);
  assertEquals(await Deno.readTextFile(shutter), KINDS[kind].hold ? "open" : "closed");
  const { whole, findings } = await verifyRun(store);
  assert(whole, JSON.stringify(findings));
}

const went = (events: readonly Event[], what: Event, times = 1) =>
  events.filter((event) => Object.entries(what).every(([name, entry]) => event[name] === entry)).length >= times;

/** Where a kill comes, by what was going on. */
const KILLS: Readonly<
  Record<
    string,
    readonly [kind: string, isNow: (events: readonly Event[], store: string) => boolean | Promise<boolean>]
  >
> = {
  "a hold closes the shutter": ["hold", (events) => went(events, { going: "closed" })],
  "a hold waits, with nothing of it in the store yet": ["hold", (events) => went(events, { shutter: "closed" })],
  "a hold waits, with all of it in the store": [
    "hold",
    (events, store) =>
      went(events, { shutter: "closed" }) &&
      until(async () => (await logOf(store)).some((text) => text.startsWith("held:"))),
  ],
  "something is taken in between": ["around", (events) => went(events, { shutter: "closed" })],
  "the shutter is put back after something was taken": ["around", (events) => went(events, { going: "open" }, 2)],
  "the shutter is set at the end": ["around", (events) => went(events, { going: "closed" }, 3)],
};

for (const [what, [kind, isNow]] of Object.entries(KILLS)) {
  Deno.test(`a run that is killed while ${what} is taken up, and holds what one holds that was left alone`, () =>
    withFolder(async (folder) => {
      const store = join(folder, "killed.zarr"), shutter = join(folder, "shutter");
      await Deno.writeTextFile(shutter, kind === "hold" ? "open" : "closed");
      await killed([store, shutter, kind], (events) => isNow(events, store));
      await takenUp(store, shutter, kind);
    }));
}

Deno.test("a run that was killed in a hold while the beam is away still waits, with the shutter closed, and opens it afterwards", () =>
  withFolder(async (folder) => {
    const store = join(folder, "killed.zarr"), shutter = join(folder, "shutter"), places: unknown[] = [];
    await Deno.writeTextFile(shutter, "open");
    await killed([store, shutter, "hold"], (events) => went(events, { shutter: "closed" }));
    let current = 0;
    await using rig = await laboratory(shutter, () => current, ({ shutter }) => shutter && places.push(shutter));
    const run = await resume(store, rig, { quiet: true });
    // It begins when somebody waits for its end.
    const done = run.done.then(({ status }) => status);
    await until(() => Promise.resolve(run.status.reason.includes("does not hold")));
    assertEquals([places.includes("open"), await Deno.readTextFile(shutter)], [false, "closed"]);
    current = 200;
    assertEquals(await done, "success");
    assertEquals([places.filter((place) => place === "open"), places.at(-1)], [["open"], "open"]);
    const { data } = await (await openRun(store)).array("diode").read();
    assertEquals([...data as Float64Array], Array.from({ length: 10 }, (_, k) => k + 1));
  }));
