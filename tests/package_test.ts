import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { importScript } from "../src/cli/import_script.ts";
import { InputError } from "../src/core/errors.ts";
import { ROOT } from "../tools/root.ts";
import { runCommand } from "../tools/run_command.ts";
import { PackageFolder, run, start, versionsIn } from "./package_support.ts";

const compiler = (await runCommand(Deno.env.get("CC") ?? "cc", ["--version"])).code === 0;
const ignore = Deno.build.os === "windows" || !compiler, isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
const canMount = isRoot && (await runCommand("unshare", ["--mount", "true"])).code === 0;
const why = ignore ? " (skipped: needs a C compiler, and Linux or macOS)" : "";

function packageTest(name: string, test: (folder: PackageFolder) => Promise<void>, skip = false, reason = ""): void {
  Deno.test({
    name: name + why + (skip ? ` (skipped: ${reason})` : ""),
    ignore: ignore || skip,
    fn: async () => {
      await using folder = await PackageFolder.make();
      await test(folder);
    },
  });
}

async function firstLine(child: Deno.ChildProcess): Promise<string> {
  const reader = child.stdout.getReader(), { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value);
}

packageTest("a package hands on arguments, the exit code, its process id and signals", async (folder) => {
  const sonde = await folder.pack("1"), env = { HOME: await folder.folder("Ünser Heim") };
  const { out } = await run(sonde, ["a b", "", "é\n*", "--version"], env);
  const [program, cache] = out.split("\n"), home = join(env.HOME, ".cache/sonde");
  assertStringIncludes(program, home + "/1-");
  assertEquals(cache, program.replace(/deno$/, "deno_dir"));
  assertEquals(out.split("\n").slice(2).join("\n"), "<a b>\n<>\n<é\n*>\n<--version>\n");
  assertEquals((await run(sonde, ["exit", "7"], env)).code, 7);
  const waiting = start(sonde, ["wait"], env);
  assertEquals(await firstLine(waiting), `started ${waiting.pid}\n`);
  waiting.kill("SIGINT");
  assertEquals((await waiting.status).code, 42);
  await waiting.stdout.cancel();
  await waiting.stderr.cancel();
});

packageTest("many cold starts at once unpack one version, each of them works", async (folder) => {
  const env = { HOME: await folder.folder("home") };
  const sonde = await folder.pack("1", crypto.getRandomValues(new Uint8Array(65536)));
  const all = await Promise.all(Array.from({ length: 12 }, (_, k) => run(sonde, [`start ${k}`], env)));
  for (const [k, { code, out, err }] of all.entries()) {
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out, `<start ${k}>`);
  }
  assertEquals(versionsIn(join(env.HOME, ".cache/sonde")).length, 1);
});

packageTest("a start that is killed while it unpacks leaves nothing that the next one minds", async (folder) => {
  const cache = await folder.folder("cache"), root = join(cache, "sonde");
  const beside = new Uint8Array(96 << 20);
  for (let at = 0; at < beside.length; at += 65536) crypto.getRandomValues(beside.subarray(at, at + 65536));
  const sonde = await folder.pack("1", beside), env = { XDG_CACHE_HOME: cache };
  const child = start(sonde, ["never"], env);
  const unpacking = () => {
    try {
      return versionsIn(root).some((name) => name.endsWith(".new"));
    } catch {
      return false;
    }
  };
  while (!unpacking()) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill("SIGKILL");
  const { stdout } = await child.output();
  assertEquals(stdout.length, 0);
  assertEquals(versionsIn(root).length, 1, "half of it is there");
  assertStringIncludes((await run(sonde, ["now"], env)).out, "<now>");
  const [only, ...others] = versionsIn(root);
  assertMatch(only, /^1-[0-9a-f]{16}$/);
  assertEquals(others, []);
});

packageTest("a version is removed when nobody runs it, and not before", async (folder) => {
  const env = { HOME: await folder.folder("home") }, root = join(env.HOME, ".cache/sonde");
  const [old, young] = [await folder.pack("1"), await folder.pack("2")];
  const running = start(old, ["wait"], env);
  await firstLine(running);
  assertEquals((await run(young, ["x"], env)).code, 0);
  assertEquals(versionsIn(root).map((name) => name[0]), ["1", "2"]);
  running.kill("SIGKILL");
  await running.stdout.cancel();
  await running.stderr.cancel();
  await running.status;
  // The stand-in's `sleep` has the lock for a moment longer.
  await new Promise((resolve) => setTimeout(resolve, 300));
  assertEquals((await run(young, ["x"], env)).code, 0);
  assertEquals(versionsIn(root).map((name) => name[0]), ["2"]);
});

packageTest("an unpacked file that was lost or cut short is put back, also while the version runs", async (folder) => {
  const env = { HOME: await folder.folder("home") },
    root = join(env.HOME, ".cache/sonde"),
    sonde = await folder.pack("1");
  const running = start(sonde, ["wait"], env);
  await firstLine(running);
  const [version] = versionsIn(root), file = join(root, version, "app/main.js");
  for (const harm of [() => Deno.removeSync(file), () => Deno.truncateSync(file, 3)]) {
    harm();
    assertEquals((await run(sonde, ["x"], env)).code, 0);
    assertEquals(Deno.statSync(file).size, 10);
  }
  running.kill("SIGKILL");
  await running.stdout.cancel();
  await running.stderr.cancel();
  await running.status;
});

packageTest(
  "without HOME it unpacks in a temporary folder of its user; one that another laid there is not used",
  async (folder) => {
    const sonde = await folder.pack("1"), shared = await folder.folder("tmp"), env = { TMPDIR: shared };
    const uid = Deno.uid()!;
    assertStringIncludes((await run(sonde, ["x"], env)).out, join(shared, `sonde-${uid}/1-`));
    const trap = await folder.folder("trap");
    await Deno.mkdir(join(trap, `sonde-${uid}`));
    await Deno.chmod(join(trap, `sonde-${uid}`), 0o777);
    const { code, out } = await run(sonde, ["x"], { TMPDIR: trap });
    assertEquals([code, versionsIn(join(trap, `sonde-${uid}`))], [0, []]);
    assert(!out.includes(trap));
  },
);

packageTest(
  "two users have a folder each",
  async (folder) => {
    const sonde = await folder.pack("1"), env = { TMPDIR: await folder.folder("tmp") };
    for (const uid of [0, 54321]) {
      assertStringIncludes((await run(sonde, ["x"], env, uid)).out, join(env.TMPDIR, `sonde-${uid}/1-`));
    }
  },
  !isRoot,
  "only root can be two users",
);

packageTest(
  "a cache that programs cannot be run from is passed over",
  async (folder) => {
    const sonde = await folder.pack("1"), noexec = await folder.folder("noexec"), good = await folder.folder("good");
    const script = `mount -t tmpfs -o noexec none "$XDG_CACHE_HOME" && exec "$0" x`;
    const words = ["--mount", "sh", "-c", script, sonde];
    const { code, out, err } = await run("/usr/bin/unshare", words, { XDG_CACHE_HOME: noexec, TMPDIR: good });
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out, join(good, "sonde-0/1-"));
  },
  !canMount,
  "needs root and unshare",
);

packageTest(
  "a full disk is passed over, and left as it was",
  async (folder) => {
    const sonde = await folder.pack("1", crypto.getRandomValues(new Uint8Array(65536)));
    const full = await folder.folder("full"), good = await folder.folder("good");
    const script = `mount -t tmpfs -o size=32k none "$XDG_CACHE_HOME" && "$0" x && ls "$XDG_CACHE_HOME/sonde"`;
    const words = ["--mount", "sh", "-c", script, sonde];
    const { code, out, err } = await run("/usr/bin/unshare", words, { XDG_CACHE_HOME: full, TMPDIR: good });
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out, join(good, "sonde-0/1-"));
    assertMatch(out, /<x>\n1-\w+\.lock\n1-\w+\.turn\n$/);
  },
  !canMount,
  "needs root and unshare",
);

packageTest(
  "SONDE_CACHE alone decides where it is set; a file cut short, and no place at all, are said",
  async (folder) => {
    const sonde = await folder.pack("1"), chosen = await folder.folder("chosen");
    assertStringIncludes((await run(sonde, ["x"], { SONDE_CACHE: chosen })).out, join(chosen, "sonde/1-"));
    const nowhere = await run(sonde, ["x"], { SONDE_CACHE: join(chosen, "a/b") });
    assertEquals(nowhere.code, 127);
    assertMatch(nowhere.err, /^error: .*SONDE_CACHE[^\n]*\nerror: .*a\/b\/sonde: No such file or directory\n$/);
    await Deno.truncate(sonde, Deno.statSync(sonde).size - 5);
    const cut = await run(sonde, ["x"], { SONDE_CACHE: chosen });
    assertEquals([cut.code, cut.err], [
      127,
      `error: ${sonde}: no program is attached: the file was cut short, copy it again\n`,
    ]);
  },
);

Deno.test("deno task compile fails loudly on a copy of the Deno CLI, and leaves none", async () => {
  const folder = await Deno.makeTempDir(), out = join(folder, "sonde");
  try {
    const { code, text } = await runCommand(Deno.execPath(), [
      "run",
      "-A",
      join(ROOT, "tools/compile.ts"),
      "--out",
      out,
    ], {
      env: { DENORT_BIN: Deno.execPath() },
    });
    assertEquals(code, 1);
    assertMatch(text, /compile: FAILED\n.*copy of the Deno CLI[\s\S]*deno task package/);
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a program of deno compile that cannot load a scan tells what to do; a scan that fails says what it says", async () => {
  const missing = new URL("./no_such_scan.ts", import.meta.url).href;
  const error = await assertRejects(() => importScript(missing, true), InputError);
  assertMatch(error.message, /write the scan as YAML, or use the self-extracting executable \(docs\/executable\.md\)/);
  const failing = `data:application/javascript,throw new RangeError("own module")`;
  await assertRejects(() => importScript(failing, true), RangeError, "own module");
  await assertRejects(() => importScript(missing, false), TypeError);
});

Deno.test({
  name: "deno task package makes an executable that passes its smoke test" + why,
  ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const args = ["run", "-A", join(ROOT, "tools/package.ts"), "--level", "3", "--out", join(folder, "sonde")];
      const { code, text } = await runCommand(Deno.execPath(), args);
      assertEquals(code, 0, text);
      assertStringIncludes(text, "smoke: everything works");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
