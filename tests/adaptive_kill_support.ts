import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { align, concat, derive, focus, fold, learn, linspace, nest, track, zoom } from "../mod.ts";
import { random } from "../src/core/random.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import {
  contents,
  copyTree,
  lastPoint,
  type Places,
  type Scenario,
  whole,
  xarrayReads,
} from "./adaptive_resume_support.ts";
import { withFolder } from "./zarr_fixture.ts";
import { outputUntilKilled } from "./output_until_killed.ts";

const CHILD = new URL("./adaptive_kill_child.ts", import.meta.url).href;
const line = linspace("x", -2, 6, 17), faulty = { failing: 0.25, noise: 1 };
const rows = (num: number) => linspace("y", 0, 3, num);
const answer = (found: string) => found.length % 2 ? "continue" as const : "cancel" as const;

/** A scan of some seconds, and the axes that it moves. */
type Killed = Scenario & { readonly axes: readonly (keyof Places)[] };

/** Scans of some seconds that are killed. */
export const KILLED = {
  zoom: {
    plan: nest(rows(16), zoom(line, { on: "diode", depth: 3, maxPoints: 60, approve: "ask" })),
    lab: faulty,
    answer,
    axes: ["x", "y"],
  },
  focus: {
    plan: nest(
      rows(24),
      fold(focus(linspace("z", -2, 2, 9), { on: "camera", by: "brenner", backlash: 0.2, approve: "ask" }), {
        go: ["z"],
        read: ["camera", "diode"],
      }),
    ),
    read: ["camera", "diode"],
    lab: { ...faulty, shape: [256, 320] },
    answer,
    axes: ["y", "z"],
  },
  learn: { plan: learn(line, { on: "diode", until: { points: 600 } }), lab: faulty, axes: ["x"] },
  folds: {
    plan: concat(
      nest(
        rows(12),
        fold(align(line, { on: "diode", approve: "ask" }), { go: ["x"], read: ["diode"], keep: false }),
      ),
      nest(rows(9), track(line, { on: "twice" })),
    ),
    derive: derive({ twice: "2 * diode" }),
    lab: faulty,
    answer,
    begins: true,
    axes: ["x", "y"],
  },
} as const satisfies Record<string, Killed>;

/** One of them. */
export type KilledKind = keyof typeof KILLED;

/** Lets a process live until some time after its first point. Gives the numbers of its points, and whether it came to its end. */
async function lifeOf(store: string, kind: KilledKind, killAfterMs?: number) {
  const args = ["run", "-A", "--no-check", CHILD, store, kind];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" }).spawn();
  const text = await outputUntilKilled(child, killAfterMs);
  const lines = text.split("\n").slice(0, -1);
  return { done: lines.at(-1) === "done", points: lines.map(Number).filter((number) => number >= 0) };
}

/**
 * Kills a scan at random instants, up to `kills` times, each time takes it up again in a new process, and compares what
 * is stored in the end with one that was left alone. What was on disk is not measured again, and xarray opens it at each stop.
 *
 * @returns the kills that it survived: a life that comes to its end before its kill is none
 */
export async function killAdaptive(kind: KilledKind, kills: number, seed: number): Promise<number> {
  let survived = 0;
  await withFolder(async (folder) => {
    const scenario: Killed = KILLED[kind], alone = await whole(folder, scenario);
    const store = join(folder, "killed.zarr"), chance = random(seed, kind), stops: string[] = [], lives: string[] = [];
    for (let done = false; !done;) {
      const before = stops.length ? (await lastPoint(store))?.seqNum ?? -1 : -1;
      const life = await lifeOf(store, kind, survived < kills ? 50 + chance.uniform() * 2500 : undefined);
      done = life.done;
      lives.push(`${life.points[0]} to ${life.points.at(-1)}`);
      assertEquals(life.points, life.points.map((_, k) => life.points[0] + k), `${kind}: ${lives}`);
      if (life.points.length) assert(life.points[0] > before, `${kind}: ${before} was stored; ${lives}`);
      if (done) break;
      survived++;
      stops.push(join(folder, `${survived}.zarr`));
      await copyTree(store, stops.at(-1)!);
    }
    await xarrayReads([store, ...stops]);
    const found = await contents(store, scenario.begins), expected = alone.contents;
    assertEquals(Object.keys(found).sort(), Object.keys(expected).sort());
    for (const name of Object.keys(expected)) assertEquals(found[name], expected[name], `${kind}: ${name}; ${lives}`);
    const { findings } = await verifyRun(store);
    assertEquals(findings.filter(({ message }) => !message.endsWith("stands beside the run")), []);
  });
  return survived;
}
