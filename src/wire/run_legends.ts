import { basename } from "@std/path";
import { formatNumber } from "../view/ticks.ts";
import type { RunData } from "../zarr/open_run.ts";
import { localTime } from "./local_time.ts";

type Described = Pick<RunData, "location" | "attributes">;
type Plain = Readonly<Record<string, unknown>>;

/** Keys whose entries say nothing by themselves. */
const BARE = new Set(["plan", "plans", "settings"]);

/**
 * What tells runs apart, in as few words as that takes: their names, samples, a parameter of the plan, where another axis
 * stood, a setting of a device, the time, and where nothing else differs the place.
 *
 * @returns as many texts as runs, no two of them alike unless the runs are the same
 *
 * @example
 * ```ts
 * import { runLegends } from "./run_legends.ts";
 * const run = (sample: string, stop: number) => ({
 *   location: "a.zarr",
 *   attributes: { name: "map", sample, plan: { kind: "linspace", axis: "x", start: 0, stop, num: 3 } },
 * });
 * console.assert(runLegends([run("WSe2", 1), run("MoS2", 2)]).join() === "WSe2,MoS2");
 * console.assert(runLegends([run("WSe2", 1), run("WSe2", 2)]).join() === "x stop 1,x stop 2");
 * ```
 */
export function runLegends(runs: readonly Described[]): string[] {
  let said: string[][] = runs.map(() => []);
  const distinct = (texts: readonly string[][]) => new Set(texts.map((parts) => parts.join("\0"))).size;
  for (const texts of candidatesOf(runs)) {
    const more = said.map((parts, k) => texts[k] ? [...parts, texts[k]] : parts);
    // Only what tells more of them apart is worth the room.
    if (distinct(more) > distinct(said)) said = more;
    if (distinct(said) === runs.length) break;
  }
  return said.map((parts, k) => parts.join(", ") || String(runs[k].attributes.name || basename(runs[k].location)));
}

/** What may tell them apart, what people look at first before the rest: a text a run. */
function* candidatesOf(runs: readonly Described[]): Generator<string[]> {
  const of = (say: (run: Described) => unknown) => runs.map((run) => String(say(run) ?? ""));
  yield of(({ attributes }) => attributes.name);
  yield of(({ attributes }) => attributes.sample);
  yield* leavesOf(runs.map(({ attributes }) => attributes.plan), planWords);
  yield* leavesOf(runs.map(({ attributes }) => standsIn(attributes)), (path) => path.join("."));
  yield* leavesOf(runs.map(({ attributes }) => settingsIn(attributes.devices)), (path) => path.join("."));
  yield of(({ attributes }) => attributes.operator);
  yield of(({ attributes }) => localTime(String(attributes.created_at ?? "")));
  yield of(({ attributes }) => secondsOf(String(attributes.created_at ?? "")));
  yield of(({ location }) => basename(location));
  yield of(({ location }) => location);
}

/** The time of day by the computer's clock; of runs that began within one minute that tells more. */
function secondsOf(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "" : date.toTimeString().slice(0, 8);
}

/** Where the axes stood that the plan leaves alone, each in its unit: a temperature, a gate. */
function standsIn({ plan, devices }: Described["attributes"]): Plain {
  const moved = new Set(axesIn(plan)), records = Object.values((devices ?? {}) as Record<string, { axes?: Plain }>);
  const axes = records.flatMap(({ axes = {} }) => Object.entries(axes as Record<string, Plain | undefined>));
  return Object.fromEntries(
    axes.filter(([name]) => !moved.has(name)).map(([name, { setpoint, unit } = {}]) => {
      const said = typeof setpoint === "number" ? formatNumber(setpoint, 6) : setpoint;
      return [name, said === undefined || said === null ? undefined : unit && unit !== "1" ? `${said} ${unit}` : said];
    }),
  );
}

function axesIn(plan: unknown): string[] {
  if (typeof plan !== "object" || plan === null) return [];
  return Object.entries(plan).flatMap(([key, entry]) =>
    key === "axis" && typeof entry === "string" ? [entry] : axesIn(entry)
  );
}

/** Settings by device, without what else a snapshot holds. */
function settingsIn(devices: unknown): Plain {
  const entries = Object.entries((devices ?? {}) as Record<string, { readonly settings?: unknown }>);
  return Object.fromEntries(entries.map(([name, { settings }]) => [name, settings]));
}

/** Each leaf that is not the same in all, as a text a run. */
function* leavesOf(trees: readonly unknown[], words: (path: readonly string[]) => string): Generator<string[]> {
  const leaves = trees.map((tree) => new Map(leavesIn(tree, [], undefined)));
  for (const key of new Set(leaves.flatMap((one) => [...one.keys()]))) {
    const texts = leaves.map((one) => one.get(key));
    if (new Set(texts).size > 1) {
      yield texts.map((text) => text === undefined ? "" : `${words(JSON.parse(key))} ${text}`);
    }
  }
}

/** The leaves of data with their paths as JSON; entries of a plan have the name of their axis before their own. */
function leavesIn(tree: unknown, path: readonly string[], axis: string | undefined): [string, string][] {
  if (Array.isArray(tree) && tree.every((entry) => typeof entry !== "object")) {
    return [[JSON.stringify(path), shortList(tree)]];
  }
  if (typeof tree === "object" && tree !== null) {
    const own = (tree as Plain).axis, named = typeof own === "string" ? own : axis;
    return Object.entries(tree).flatMap(([key, entry]) => {
      const last = typeof entry !== "object" || entry === null;
      return leavesIn(entry, last && named !== undefined ? [...path, named, key] : [...path, key], named);
    });
  }
  if (tree === undefined) return [];
  return [[JSON.stringify(path), typeof tree === "number" ? formatNumber(tree, 6) : String(tree)]];
}

function shortList(list: readonly unknown[]): string {
  const text = list.slice(0, 3).map((one) => typeof one === "number" ? formatNumber(one, 6) : String(one)).join(" ");
  return list.length > 3 ? `${text} … (${list.length})` : text;
}

/** `x stop` for `plans[1].stop` of the axis x: where it stands in the plan says less than whose it is. */
function planWords(path: readonly string[]): string {
  const said = path.filter((key) => !BARE.has(key) && !/^\d+$/.test(key));
  return said.slice(-2).join(" ");
}
