import { join } from "@std/path";
import { ROOT } from "../../tools/root.ts";
import { runCommand } from "../../tools/run_command.ts";
import { venvPython } from "../../tools/venv.ts";
import type { StreamCase } from "./stream_case.ts";
import type { ProcessFigures, StreamFigures } from "./stream_figures.ts";

/** Who is compared. */
export interface Contender {
  readonly name: string;
  /** The package that writes. */
  readonly writer: string;
  /** Shards that it is given before the first of them has to be written. */
  readonly atOnce: number;
  /** The part of the frames that it streams: slow ones would take most of the time, and rates are what is compared. */
  readonly share: number;
  /** The array of frames inside its store. */
  readonly array: string;
  /** The program that streams, without the job. */
  readonly command: readonly [string, ...string[]];
}

const peer = (name: string, { writer = name, share = 1, atOnce = 1 } = {}): Contender => ({
  name,
  writer,
  share,
  atOnce,
  array: "",
  command: [venvPython(".venv-bench"), join(ROOT, "bench", "peers", "storage_stream.py")],
});

/** Sonde first. */
export const CONTENDERS: readonly Contender[] = [
  {
    name: "Sonde",
    writer: "sonde",
    share: 1,
    atOnce: 1,
    array: "camera",
    command: [Deno.execPath(), "run", "-A", join(ROOT, "bench", "storage", "stream_once.ts")],
  },
  peer("acquire-zarr"),
  peer("tensorstore"),
  peer("tensorstore (2)", { writer: "tensorstore", atOnce: 2 }),
  peer("zarr-python", { share: 0.25 }),
  peer("zarrs", { share: 0.5 }),
];

let stores = 0;

/**
 * Lets a contender stream a case in a process of its own, and looks at what it left behind.
 *
 * @param verify whether frames are read back, by tensorstore, and compared
 * @throws Error with what the program said, when it fails or stored something else
 */
export async function runContender(contender: Contender, stream: StreamCase, verify: boolean): Promise<StreamFigures> {
  const { target, side, chunkFrames, shardFrames, framesFile } = stream;
  const out = join(target.folder, `stream-${stores++}.zarr`);
  const count = Math.max(1, Math.round(stream.count * contender.share / shardFrames)) * shardFrames;
  const compression = contender === CONTENDERS[0] ? stream.class.sonde : stream.class.peers;
  const common = { frames: framesFile, side, count }, { writer, atOnce } = contender;
  const sync = target.kind === "disk";
  const job = { ...common, peer: writer, compression, chunkFrames, shardFrames, atOnce, out, sync };
  try {
    const figures = await runProgram<ProcessFigures>(contender.command, job);
    if (verify) {
      const judge = [venvPython(".venv-bench"), join(ROOT, "bench", "peers", "storage_verify.py")] as const;
      await runProgram(judge, { ...common, array: join(out, contender.array) });
    }
    return { ...figures, bytes: count * side * side * 2, ...await sizeOfFolder(out) };
  } finally {
    await Deno.remove(out, { recursive: true }).catch(() => {});
  }
}

/** The JSON that a program printed last; it may say things before and, on standard error, after it. */
async function runProgram<T>([command, ...args]: readonly [string, ...string[]], job: object): Promise<T> {
  const { code, text } = await runCommand(command, [...args, JSON.stringify(job)]);
  if (code === 127) throw new Error(`${command} is missing; make it with: deno task setup bench`);
  const last = text.split("\n").findLast((line) => line.startsWith("{"));
  if (code !== 0 || last === undefined) throw new Error(`${args.at(-1)} failed:\n${text}`);
  return JSON.parse(last);
}

async function sizeOfFolder(folder: string): Promise<{ storedBytes: number; files: number }> {
  let storedBytes = 0, files = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    const inside = isDirectory ? await sizeOfFolder(path) : { storedBytes: (await Deno.stat(path)).size, files: 1 };
    storedBytes += inside.storedBytes;
    files += inside.files;
  }
  return { storedBytes, files };
}
