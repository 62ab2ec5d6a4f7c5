import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InputError } from "../src/core/errors.ts";
import { beforeRun } from "../src/cli/before_run.ts";
import { examineScan } from "../src/cli/examine_scan.ts";
import { connectRig } from "../src/cli/read_scan_file.ts";
import { toFileUrl } from "../src/cli/to_file_url.ts";
import { parseScanFile } from "../src/scan/scan_file.ts";

const RIG = `rig:
  x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  diode: { driver: sim.photodiode, instant: true }
  camera: { driver: sim.camera, shape: [6, 8], instant: true }
`;

const LINE = "{ kind: linspace, axis: x, start: -1, stop: 1, num: 5 }";

/** What `check` says is wrong with a scan, a line an issue. */
async function wrongOf(text: string): Promise<readonly string[]> {
  try {
    const file = parseScanFile(text, "a.yaml");
    await using rig = await connectRig(file, "a.yaml");
    const { issues } = await examineScan(file, rig);
    return issues.filter(({ severity }) => severity === "error").map(({ path, message }) => `${path}: ${message}`);
  } catch (thrown) {
    if (thrown instanceof InputError) return thrown.message.split("\n");
    throw thrown;
  }
}

Deno.test("a detector in the place of an axis is said to be one", async () => {
  const plan = LINE.replace("axis: x", "axis: diode"), none = 'plan.axis: the rig has no axis "diode"; allowed: x, ';
  assertEquals(await wrongOf(`${RIG}read: [diode]\nplan: ${plan}\n`), [
    'read[0]: the detector "diode" has the name of an axis or dimension of the plan, plan.axis',
    `${none}camera.exposure`,
  ]);
  assertEquals(await wrongOf(`${RIG}read: [camera]\nplan: ${plan}\n`), [`${none}camera.exposure`]);
});

Deno.test("YAML that says something twice, or what would be lost, is refused in a line that names it", async () => {
  const right = `${RIG}read: [diode]\nplan: ${LINE}\n`;
  for (
    const [text, says] of [
      [`${right}read: [camera]\n`, "the key read stands twice at line 7, column 1"],
      [right.replace("axis: x", "axis: x, axis: x"), "the key axis stands twice at line 6, column 34"],
      [`${right}---\n${right}`, "it holds more than one document; allowed: one; the next begins at line 7, column 1"],
      [
        `${right}notes: !look at it\n`,
        "the tag !look is unknown at line 7, column 8; text that begins with ! stands in quotes",
      ],
      [`${right}notes: *it\n`, "Unresolved alias (the anchor must be set before the alias): it"],
      ["rig:\n\tx: 1\n", "Tabs are not allowed as indentation at line 2, column 1"],
    ] as const
  ) assertEquals(await wrongOf(text), [`a.yaml: is not YAML: ${says}`]);
  assertEquals(await wrongOf(`${right}notes: "!look at it"\n`), []);
});

Deno.test("an unknown key is answered with the keys that its object may have, however deep it stands", async () => {
  const wrongs: Readonly<Record<string, string>> = {
    [`read: { camera: { frmaes: 3 } }\nplan: ${LINE}`]:
      'read.camera.frmaes: unknown key "frmaes"; did you mean "frames"? Allowed: frames, everyMs',
    [`read: [diode]\nplan: { kind: around, plan: ${LINE}, every: { pionts: 3, line: x, do: [] } }`]:
      'plan.every.pionts: unknown key "pionts"; did you mean "points"? Allowed: points, line, ms, do',
    [`read: [diode]\nplan: ${LINE}\nonReadError: { retires: 2 }`]:
      'onReadError.retires: unknown key "retires"; did you mean "retries"? Allowed: retries, then',
    [`read: [diode]\nplan: ${LINE}\nmonitor: { diode: { evryMs: 100 } }`]:
      'monitor.diode.evryMs: unknown key "evryMs"; did you mean "everyMs"? Allowed: everyMs',
    [`read: [diode]\nplan: ${LINE}\nhold: [{ unless: diode > 0, fro: 3 }]`]:
      'hold[0].fro: unknown key "fro"; allowed: unless, forMs, set, timeoutMs, else',
    [`read: [diode]\nplan: { kind: zoom, on: diode, plan: ${LINE}, approve: { deadlineM: 3 } }`]:
      'plan.approve.deadlineM: unknown key "deadlineM"; did you mean "deadlineMs"? Allowed: otherwise, deadlineMs',
  };
  for (const [text, says] of Object.entries(wrongs)) assertEquals(await wrongOf(`${RIG}${text}\n`), [says]);
});

Deno.test("a place where nothing can be stored yet is found before anything moves, and a file URL is looked at like a path", async () => {
  await assertRejects(
    () => beforeRun("ftp://a/b.zarr"),
    InputError,
    "to: ftp:// is not supported yet; allowed: a path",
  );
  const taken = await Deno.makeTempFile({ prefix: "mit Leerzeichen é" });
  for (const to of [taken, toFileUrl(taken)]) {
    await assertRejects(() => beforeRun(to), InputError, `to: ${taken} exists already`);
  }
  const wrong = async (to: string) => (await assertRejects(() => beforeRun(to), InputError)).message;
  assertMatch(await wrong("a\0b"), /cannot be a run: .*NUL byte$/);
  // Windows says it in words of its own.
  if (Deno.build.os !== "windows") assertMatch(await wrong("n".repeat(400)), /cannot be a run: File name too long$/);
  await Deno.remove(taken);
});

Deno.test("what is wrong with a device is said in the words of scans, with key, what came and what is allowed", async () => {
  const wrongs: Readonly<Record<string, string>> = {
    "{ driver: constructor }": '.driver: "constructor" is no driver; allowed: sim.stage, ',
    "{ driver: sim.stage, unit: 3 }": ".unit: expected text, received 3",
    "{ driver: sim.stage }": ".unit: is missing; expected text",
    "{ driver: sim.stage, unit: mm, limits: [.nan, 5] }": ".limits[0]: expected a finite number, received NaN",
    "{ driver: sim.stage, unit: mm, limits: 5 }": ".limits: expected a pair, received 5",
    "{ driver: sim.stage, unit: mm, speed: -3 }": ".speed: expected a number above 0, received -3",
    "{ driver: sim.stage, unit: mm, sped: 3 }": '.sped: "sim.stage" has no option "sped"; did you mean "speed"?',
    "{ driver: sim.camera, shape: [8] }": ".shape: expected at least 2 entries, received [8]",
    "{ driver: sim.camera, shape: [0, 8] }": ".shape[0]: expected a number of at least 1, received 0",
    "{ driver: sim.shutter, start: opn }": '.start: expected "open" or "closed", received "opn"',
    "{ driver: aravis.camera, id: a, roi: { wdith: 8 } }":
      '.roi.wdith: unknown key "wdith"; did you mean "width"? Allowed: ',
    "{ driver: sim.camera, settings: { exposure: [] } }":
      ".settings.exposure: expected a finite number or text, received []",
  };
  for (const [device, says] of Object.entries(wrongs)) {
    const lines = await wrongOf(`rig:\n  d: ${device}\nread: [d]\nplan: ${LINE}\n`);
    assertEquals(lines.map((line) => line.slice(0, says.length + 5)), [`rig.d${says}`], lines.join("\n"));
  }
});

Deno.test("more frames than any memory holds are checked like others, and the disk refuses them", async () => {
  const file = parseScanFile(`${RIG}read: { camera: { frames: 1000000000 } }\nplan: ${LINE}\n`, "a.yaml");
  await using rig = await connectRig(file, "a.yaml");
  const { bytes = 0, issues } = await examineScan(file, rig);
  const errors = issues.filter(({ severity }) => severity === "error");
  assertEquals([errors, bytes > 5e9 * 6 * 8 * 2 * 0.99], [[], true]);
  await assertRejects(() => beforeRun("never.zarr", 1e6 * bytes), InputError, "before compression, and the disk of");
});
