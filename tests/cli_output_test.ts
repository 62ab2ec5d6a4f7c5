import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../src/core/errors.ts";
import { fail } from "../src/cli/output.ts";
import { systemReason } from "../src/cli/system_reason.ts";
import { files, inFolder, sonde, sondeCommand, sondeWords } from "./cli_support.ts";
import { pseudoTerminal, terminalTest } from "./pseudo_terminal.ts";

const SCAN = `rig:
  x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  diode: { driver: sim.photodiode, instant: true }
read: [diode]
plan: { kind: linspace, axis: x, start: -1, stop: 1, num: 20 }
`;

/** Deno itself clears the line of its own progress when it runs from source. */
function withoutDenos(written: string): string {
  return written.replaceAll("\x1b[0G\x1b[2K\x1b[J", "");
}

/** What a call writes to standard error. */
function said(call: () => void): string {
  const { writeSync } = Deno.stderr, pieces: string[] = [];
  Deno.stderr.writeSync = (bytes) => {
    pieces.push(new TextDecoder().decode(bytes));
    return bytes.length;
  };
  try {
    call();
  } finally {
    Deno.stderr.writeSync = writeSync;
  }
  return pieces.join("");
}

Deno.test("an issue is one line, and codes of terminals within a file are written out", () => {
  const wrong = new InputError([
    { path: "a\nb", message: "unknown key \x1b[31m\x07", severity: "error" },
    { path: "c", message: "a doubt", severity: "warning" },
    { path: "", message: "a tab\tand é \x9b2J", severity: "error" },
  ]);
  const err = said(() => assertEquals(fail(wrong), 2));
  assertEquals(err, "error: a\\nb: unknown key \\x1b[31m\\x07\nerror: a tab\\x09and é \\x9b2J\n");
  assertEquals(said(() => assertEquals(fail(new Error("two\r\nlines")), 1)), "error: two\nerror: lines\n");
});

Deno.test("what the system says of a file is in words, without its numbers and calls", async () => {
  const reason = async (act: () => Promise<unknown>) => await act().then(() => "", systemReason);
  const here = await Deno.makeTempFile();
  assertEquals(await reason(() => Deno.readTextFile(`${here}.none`)), "there is no such file");
  assertEquals(await reason(() => Deno.readTextFile(join(here, "below"))), "a part of its path is a file");
  assertEquals(systemReason(new Error("No space left on device (os error 28): write 'x'")), "No space left on device");
  await Deno.remove(here);
});

Deno.test("a reader that has seen enough, or is gone, fails no command, and no run", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.yaml"), SCAN);
    const run = sondeCommand(folder, ["run", "a.yaml", "--to", "a.zarr"]).spawn();
    await run.stderr.cancel();
    assertEquals(await new Response(run.stdout).text(), `${join(folder, "a.zarr")}\n`);
    assertEquals((await run.status).code, 0);
    const peaks = sondeCommand(folder, ["peaks", "a.zarr"]).spawn();
    await peaks.stdout.cancel();
    const err = await new Response(peaks.stderr).text();
    assertEquals([(await peaks.status).code, err], [0, ""]);
  }));

Deno.test({
  name: "a result that cannot be written fails a command in one line",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "a.yaml"), SCAN);
      const main = new URL("../src/cli/main.ts", import.meta.url).href;
      const words = ["-c", '"$0" run -A "$1" check a.yaml > /dev/full', Deno.execPath(), main];
      const { code, stderr } = await new Deno.Command("sh", { args: words, cwd: folder }).output();
      const err = new TextDecoder().decode(stderr);
      assertEquals(code, 1, err);
      assertEquals(err, "error: the result cannot be written to standard output: No space left on device\n");
    }),
});

Deno.test("files and folders in each other's place are refused in one line, with exit code 2, and nothing is touched", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.yaml"), SCAN);
    await Deno.mkdir(join(folder, "there"));
    assertEquals((await sonde(folder, "run", "a.yaml", "--to", "a.zarr", "--quiet")).code, 0);
    const before = files(folder);
    for (
      const [args, says] of [
        [["plot", "a.zarr", "-o", "none/a.svg"], "--out: none/a.svg cannot be written: there is no such folder"],
        [["plot", "a.zarr", "-o", "a.yaml/a.svg"], "a.yaml/a.svg cannot be written: a part of its path is a file"],
        [["init", "a.yaml"], "cannot be written: a part of its path is a file"],
        [["run", ""], "error: file: cannot be read: there is no such file"],
      ] as const
    ) {
      const { code, err, out } = await sonde(folder, ...args);
      assertEquals([code, out, err.split("\n").length], [2, "", 2], err);
      assertStringIncludes(err, says);
      assert(!/os error/.test(err), err);
    }
    assertEquals(files(folder), before);
  }));

terminalTest(
  "a terminal that calls itself dumb gets no escape sequences from watch and plot",
  () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "a.yaml"), SCAN);
      assertEquals((await sonde(folder, "run", "a.yaml", "--to", "a.zarr", "--quiet")).code, 0);
      for (const [command, says] of [["watch", /: success .* 20\/20/], ["plot", /x \(mm\)/]] as const) {
        // Without NO_COLOR, which would do for the colours alone.
        const env = { TERM: "dumb", NO_COLOR: "" };
        await using terminal = pseudoTerminal(sondeWords(command, "a.zarr"), { cwd: folder, env });
        const { code, screen } = await terminal.ended;
        assertEquals(code, 0, screen);
        assertMatch(screen, says);
        assert(!withoutDenos(screen).includes("\x1b"), JSON.stringify(screen));
      }
    }),
);

Deno.test("sonde init leaves nothing of its own where it could not write all", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, ".sonde", "rig.schema.json"), { recursive: true });
    const { code, err } = await sonde(folder, "init");
    assertEquals([code, files(folder)], [2, [".sonde"]], err);
    assertStringIncludes(err, "cannot be written: it is a folder");
    await Deno.remove(join(folder, ".sonde"), { recursive: true });
    assertEquals((await sonde(folder, "init")).code, 0);
  }));
