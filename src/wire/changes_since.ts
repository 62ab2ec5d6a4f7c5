import { show } from "../core/errors.ts";
import type { Rig } from "../core/rig.ts";
import { SONDE_VERSION } from "../core/version.ts";
import { deviceSnapshot } from "../scan/device_snapshot.ts";
import { type AnyRead, ratedRead } from "../scan/rated_read.ts";
import type { RunData } from "../zarr/open_run.ts";

type Plain = Readonly<Record<string, unknown>>;

/**
 * What is not as it was when a run began: devices with their settings, units and limits, versions, and where the rig's axes must
 * never be; each in a sentence.
 * Where axes stand does not count.
 *
 * @param rig the one that is connected now
 *
 * @example
 * ```ts
 * import { connect, linspace, openRun, scan, sim } from "sonde";
 * import { changesSince } from "./changes_since.ts";
 * const folder = await Deno.makeTempDir(), to = `${folder}/line.zarr`;
 * {
 *   await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), counts: sim.counter() });
 *   await scan(linspace("x", 0, 1, 3), { rig, read: ["counts"], to, quiet: true }).done;
 * }
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-2, 5] }), counts: sim.counter() });
 * const [change] = changesSince(await openRun(to), rig);
 * console.assert(change === "x.axes.x.limits: was [-5,5], is [-2,5]");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function changesSince<A, D>({ attributes }: Pick<RunData, "attributes">, rig: Rig<A, D>): string[] {
  const now = deviceSnapshot(readAsThen(attributes, rig as unknown as Rig));
  return [
    ...changesBetween(attributes.sonde_version, SONDE_VERSION, "sonde_version"),
    // As it stands in a store: what is undefined is not there.
    ...changesBetween(attributes.devices ?? {}, JSON.parse(JSON.stringify(now)), ""),
    ...changesBetween(forbiddenThen(attributes), rig.forbid ?? [], "rig.forbid"),
  ].map(({ path, was, is }) => `${path}: was ${was}, is ${is}`);
}

/** What was read several times at a point is an array in the store. */
function readAsThen({ settings }: RunData["attributes"], rig: Rig): Rig {
  const { read } = (settings ?? {}) as { read?: unknown };
  if (!isObject(read)) return rig;
  const there = Object.entries(read).filter(([word]) => rig.channels.has(word) || rig.devices.get(word)?.detector);
  return ratedRead(rig, Object.fromEntries(there) as AnyRead).rig;
}

function forbiddenThen({ settings }: RunData["attributes"]): readonly string[] {
  return (settings as { rig_forbid?: readonly string[] } | undefined)?.rig_forbid ?? [];
}

function isObject(entry: unknown): entry is Plain {
  return typeof entry === "object" && entry !== null && !Array.isArray(entry);
}

/** The entry of an axis that says where it stands. */
const STANDS = /^[^.]+\.axes\..+\.setpoint$/;

/** Something that is not as it was. */
export interface Change {
  /** Where it stands, its keys joined by dots. */
  readonly path: string;
  /** What it was, in words. */
  readonly was: string;
  /** What it is, in words. */
  readonly is: string;
}

/**
 * What differs between what was and what is, both as JSON has them. Arrays are said whole, and where axes stand does not count.
 *
 * @param path of both; empty at the root
 */
export function changesBetween(was: unknown, is: unknown, path: string): Change[] {
  if (STANDS.test(path)) return [];
  if (isObject(was) && isObject(is)) {
    const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
    return [...keys].flatMap((key) => changesBetween(was[key], is[key], path ? `${path}.${key}` : key));
  }
  if (was === is || JSON.stringify(was) === JSON.stringify(is)) return [];
  const said = (one: unknown) => one === undefined ? "not there" : isObject(one) ? "there" : show(one);
  return [{ path, was: said(was), is: said(is) }];
}
