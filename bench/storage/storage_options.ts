import { join, resolve } from "@std/path";
import { ROOT } from "../../tools/root.ts";
import type { Target } from "./stream_case.ts";

/** What is measured, and how long. */
export interface StorageOptions {
  /** Sides of the frames. */
  readonly sides: readonly number[];
  /** Bytes of frames that a contender streams in one run. */
  readonly bytes: number;
  /** Times that each contender streams each case to memory; half as often (rounded up) to disk. */
  readonly rounds: number;
  /** Where stores are written. */
  readonly targets: readonly Target[];
  /** Points of the scan of scalars; 0 for none. */
  readonly points: number;
  /** Of the frames. */
  readonly seed: number;
}

/** How the words of the command line are meant. */
export const USAGE = `deno task bench:storage [--quick] [--sides=1024,2048] [--megabytes=1000] [--rounds=2]
    [--memory=FOLDER] [--disk=FOLDER] [--only=memory|disk|scalars] [--points=1000000] [--seed=1]`;

/**
 * Options from the words of the command line.
 *
 * @throws {RangeError} with the usage, for a word that is not known or makes no sense
 */
export function storageOptions(words: readonly string[]): StorageOptions {
  const given = new Map(words.map((word) => {
    const [, name, text = ""] = /^--([a-z]+)(?:=(.*))?$/.exec(word) ?? [];
    if (name === undefined || !KNOWN.includes(name)) throw new RangeError(`${word} is not known\n${USAGE}`);
    return [name, text];
  }));
  const quick = given.has("quick"), only = given.get("only");
  if (only !== undefined && !["memory", "disk", "scalars"].includes(only)) {
    throw new RangeError(`--only=${only} is not known\n${USAGE}`);
  }
  const number = (name: string, usual: number) => positive(name, given.get(name) ?? String(usual));
  const targets: Target[] = [
    { kind: "memory", folder: given.get("memory") ?? "/dev/shm" },
    { kind: "disk", folder: resolve(given.get("disk") ?? join(ROOT, ".cache", "bench-storage")) },
  ];
  const wanted = only ?? (quick ? "memory" : undefined);
  return {
    sides: (given.get("sides") ?? (quick ? "1024" : "1024,2048")).split(",").map((side) => positive("sides", side)),
    bytes: 1e6 * number("megabytes", quick ? 250 : 1000),
    rounds: number("rounds", quick ? 1 : 2),
    targets: targets.filter(({ kind }) => wanted === undefined || wanted === kind),
    points: only === undefined || only === "scalars" ? number("points", quick ? 100_000 : 1_000_000) : 0,
    seed: number("seed", 1),
  };
}

const KNOWN = ["quick", "sides", "megabytes", "rounds", "memory", "disk", "only", "points", "seed"];

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(Number.isInteger(number) && number > 0)) throw new RangeError(`--${name}=${text} is no whole number\n${USAGE}`);
  return number;
}
