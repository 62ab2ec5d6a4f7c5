import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { parseNames, parseSize } from "../src/cli/parse_size.ts";
import { Frame } from "../src/core/point.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { channel, gridLayout, header, indices, point, record, withFolder } from "./zarr_fixture.ts";

const MAIN = new URL("../src/cli/main.ts", import.meta.url);

function command(cwd: string, ...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN.href, ...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

/** The real command, in a process of its own. */
async function sonde(cwd: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await command(cwd, ...args).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

/** A run with 8 MB of noise for every four steps of `time`. */
async function recordRun(url: string, steps: number): Promise<void> {
  const channels = [channel("camera", { dtype: "uint16", shape: [1000, 1000] })];
  const data = Uint16Array.from({ length: 1e6 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 20) & 0xfff);
  const points = indices([steps]).map((index, k) => {
    return point(index, k, {
      setpoint: { time: k },
      reading: { camera: new Frame(data.map((n) => n + k), [1000, 1000]) },
    });
  });
  await record(zarrSink({ url }), header(gridLayout(["time", steps]), channels), points);
}

async function sums(url: string): Promise<number[]> {
  const { data } = await (await openRun(url)).array("camera").read();
  return Array.from({ length: data.length / 1e6 }, (_, k) => {
    return (data as Uint16Array).subarray(k * 1e6, (k + 1) * 1e6).reduce((sum, n, i) => sum + n * (i % 97), 0);
  });
}

Deno.test("sonde rechunk rewrites a run in place, goes on after a kill, and says what it did", () =>
  withFolder(async (folder) => {
    const run = join(folder, "run.zarr"), args = ["rechunk", "run.zarr", "--read-by", "time", "--memory", "40MB"];
    await recordRun(run, 40);
    const before = await sums(run), first = command(folder, ...args).spawn();
    const objects = () => [...Deno.readDirSync(join(run, "camera"))].filter(({ name }) => name.startsWith("c.")).length;
    const end = Date.now() + 20_000;
    while (objects() < 2 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    first.kill("SIGKILL");
    await first.output();
    assert(objects() >= 2, "it had begun");
    // What a process that was killed in the middle of an object leaves behind, also when this one was not.
    await Deno.writeTextFile(join(folder, ".run.zarr.tmp-1-0"), "half an object");
    assertEquals(await sums(run), before);

    const { code, out, err } = await sonde(folder, ...args, "--json");
    assertEquals(code, 0, err);
    const { arrays, location } = JSON.parse(out);
    assertEquals([location, arrays.length, arrays[0].name, arrays[0].chunkShape[0]], [run, 1, "camera", 40]);
    assertEquals(await sums(run), before);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["run.zarr"]);
    const again = await sonde(folder, ...args);
    assertEquals([again.code, again.out.trim()], [0, run]);
    assertStringIncludes(again.err, "nothing to do: time can be read together as it is");
  }));

Deno.test("Ctrl-C breaks sonde rechunk off with 130, says how to go on, and leaves the run as it was", () =>
  withFolder(async (folder) => {
    const run = join(folder, "run.zarr"), args = ["rechunk", "run.zarr", "--read-by", "time", "--memory", "40MB"];
    await recordRun(run, 40);
    const before = await sums(run), child = command(folder, ...args).spawn(), end = Date.now() + 20_000;
    const begun = () => [...Deno.readDirSync(join(run, "camera"))].some(({ name }) => name.startsWith("c."));
    while (!begun() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGINT");
    const { code, stdout, stderr } = await child.output();
    assertEquals([code, stdout.length], [130, 0]);
    assertStringIncludes(
      new TextDecoder().decode(stderr),
      "error: interrupted: run the same command again, and it goes on where it stood\n",
    );
    assertEquals(await sums(run), before);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["run.zarr"]);
  }));

Deno.test("sonde rechunk --to writes a new run, with bounded memory", () =>
  withFolder(async (folder) => {
    const run = join(folder, "run.zarr"), program = join(folder, "measure.ts");
    await recordRun(run, 200);
    const before = await sums(run);
    const module = new URL("../src/zarr/rechunk.ts", import.meta.url).href;
    await Deno.writeTextFile(
      program,
      `import { rechunk } from "${module}";
       let most = 0;
       const look = () => most = Math.max(most, Deno.memoryUsage().rss);
       look();
       const first = most;
       await rechunk(Deno.args[0], { readBy: ["time"], memoryBytes: 50e6, to: Deno.args[1], onProgress: look });
       console.log(most - first);`,
    );
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        "--v8-flags=--expose-gc",
        `--config=${join(ROOT, "deno.json")}`,
        program,
        run,
        join(folder, "o.zarr"),
      ],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    // 400 MB were rewritten in 50 MB, beside what the runtime itself keeps until it collects its garbage.
    const grown = Number(new TextDecoder().decode(stdout));
    assert(grown < 350e6, `it grew by ${grown / 1e6} MB`);
    assertEquals(await sums(join(folder, "o.zarr")), before);
  }));

Deno.test("sonde rechunk says what is wrong with what it is asked, and ends with 2", () =>
  withFolder(async (folder) => {
    await recordRun(join(folder, "run.zarr"), 2);
    const cases = [
      [["rechunk", "run.zarr"], "required option '--read-by"],
      [["rechunk", "run.zarr", "--read-by", "tiem"], `did you mean "time"`],
      [["rechunk", "nothing.zarr", "--read-by", "time"], "is not a run of Sonde"],
      [["rechunk", "run.zarr", "--read-by", "time", "--memory", "lots"], "allowed: a size, as in 500MB or 2GB"],
    ] as const;
    for (const [args, message] of cases) {
      const { code, out, err } = await sonde(folder, ...args);
      assertEquals([code, out], [2, ""], err);
      assertStringIncludes(err, message);
    }
  }));

Deno.test("parseSize() and parseNames() read what people write", () => {
  assertEquals(["500MB", "2 GB", "1.5kb", "100", "3tb"].map(parseSize), [5e8, 2e9, 1500, 100, 3e12]);
  for (const wrong of ["", "MB", "-1", "1PB", "0"]) assertThrows(() => parseSize(wrong));
  assertEquals(parseNames("y, x"), ["y", "x"]);
  assertThrows(() => parseNames("y,"));
});
