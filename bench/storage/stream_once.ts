/**
 * One run of Sonde in a process of its own: frames from memory, through `scan`, into a store. The only argument is a job as
 * JSON: `frames` (a file of raw uint16 frames), `side`, `count`, `compression`, `out`, `sync`. Prints JSON.
 *
 * @module
 */
import process from "node:process";
import { connect, linspace, scan, sim } from "../../mod.ts";
import { type DeviceSpec, Frame } from "../../mod.ts";
import type { Compression } from "../../src/zarr/codecs.ts";
import { zarrSink } from "../../src/zarr/zarr_sink.ts";
import { SONDE_VERSION } from "../../src/core/version.ts";

interface Job {
  readonly frames: string;
  readonly side: number;
  readonly count: number;
  readonly compression: Compression;
  readonly out: string;
}

/** The high-water mark of this program alone: the other measure also counts what forked it. */
function peakBytes(): number {
  try {
    return 1024 * Number(/VmHWM:\s*(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}

/** The runtime's own `readFile` takes twice the memory for a moment, which would count as Sonde's. */
function readPixels(path: string): Uint16Array {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(file.statSync().size);
  for (let read = 0; read < bytes.length;) read += file.readSync(bytes.subarray(read)) ?? bytes.length;
  return new Uint16Array(bytes.buffer);
}

/** A camera whose frames are in memory already; `onFirst` is called before the first one is handed over. */
function memoryCamera(frames: Frame[], onFirst: () => void): DeviceSpec<Record<never, never>, { "": Frame }> {
  let next = 0;
  const read = () => {
    if (next === 0) onFirst();
    return frames[next++ % frames.length];
  };
  const detector = { channels: { "": { unit: "count", dtype: "uint16", shape: frames[0].shape } as const }, read };
  return { driver: "bench.memory", connect: () => ({ driver: "bench.memory", detector }) };
}

async function main(job: Job): Promise<void> {
  const { side, count, compression, out } = job;
  const pixels = readPixels(job.frames), size = side * side;
  const frames = Array.from({ length: pixels.length / size }, (_, k) => {
    return new Frame(pixels.subarray(k * size, (k + 1) * size), [side, side]);
  });
  let startedMs = 0, cpu = process.cpuUsage(), beforeBytes = 0;
  const start = () => {
    beforeBytes = peakBytes();
    [startedMs, cpu] = [performance.now(), process.cpuUsage()];
  };
  await using rig = await connect({ frame: sim.instant({ limits: [0, count] }), camera: memoryCamera(frames, start) });
  const plan = linspace("frame", 0, count - 1, count);
  const sink = zarrSink({ url: out, compression });
  await scan(plan, { rig, read: ["camera"], to: sink, quiet: true }).done;
  const wallMs = performance.now() - startedMs, { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({
    wallMs,
    cpuMs: (user + system) / 1e3,
    peakBytes: peakBytes(),
    beforeBytes,
    version: SONDE_VERSION,
    stageMs: "stageMs" in sink ? sink.stageMs : undefined,
  }));
}

await main(JSON.parse(Deno.args[0]));
