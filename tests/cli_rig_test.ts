/** What the commands do with a rig file: init, devices, move, read, and the rig of a scan file. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { DeviceSpec } from "../src/core/device.ts";
import type { Rig } from "../src/core/rig.ts";
import { configured } from "../src/hw/configured.ts";
import { connect } from "../src/hw/connect.ts";
import { deviceSpecs } from "../src/hw/device_specs.ts";
import { DRIVERS } from "../src/hw/drivers.ts";
import { parseRigFile } from "../src/hw/rig_file.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { linspace } from "../src/scan/nodes.ts";
import { scan } from "../src/wire.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { RIG_SCHEMA_FILE, rigSchemaText } from "../tools/schema.ts";
import { files, inFolder, RIG, sonde, sondeCommand } from "./cli_support.ts";
import { python } from "./python.ts";

const write = (folder: string, name: string, text: string) => Deno.writeTextFile(join(folder, name), text);
const LINE = "read: [diode]\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3 }\n";

Deno.test("what sonde init writes is checked and run as it stands, and xarray opens the run", () =>
  inFolder(async (folder) => {
    const made = await sonde(folder, "init", "lab ü");
    assertEquals(made.code, 0, made.err);
    const lab = join(folder, "lab ü");
    assertEquals(made.out.trim().split("\n"), [join(lab, "rig.yaml"), join(lab, "plan.yaml")]);
    assertEquals(files(lab), [".sonde", "plan.yaml", "rig.yaml"]);
    const checked = JSON.parse((await sonde(lab, "check", "plan.yaml", "--json")).out);
    assertEquals([checked.ok, checked.points], [true, 101]);
    const { to } = JSON.parse((await sonde(lab, "run", "plan.yaml", "--json")).out);
    const [points, top] = await python<[number, number]>(
      "import xarray\nds = xarray.open_zarr(data)\nprint(json.dumps([ds.diode.size, float(ds.wavelength[ds.diode.values.argmax()])]))",
      to,
    );
    assertEquals(points, 101);
    assert(Math.abs(top - 640.22) < 0.1, `${top} is no line of neon`);
  }));

Deno.test("every plan that the comments of sonde init propose passes check", () =>
  inFolder(async (folder) => {
    await sonde(folder, "init");
    const text = await Deno.readTextFile(join(folder, "plan.yaml")), [head, ...others] = text.split("\n# plan:");
    assertEquals(others.length, 2);
    for (const [k, other] of others.entries()) {
      const plan = other.split("\n\n")[0].replaceAll(/^# /gm, "");
      await write(folder, `other${k}.yaml`, `${head.replace(/^plan:.*$/m, "")}\nplan:${plan}\n`);
      const { code, err } = await sonde(folder, "check", `other${k}.yaml`);
      assertEquals(code, 0, err);
    }
  }));

Deno.test("sonde init never overwrites, and then writes nothing at all", () =>
  inFolder(async (folder) => {
    await write(folder, "plan.yaml", "mine");
    const { code, err } = await sonde(folder, "init");
    assertEquals(code, 2);
    assertMatch(
      err,
      /^error: folder: .*plan\.yaml exists already, and nothing is ever overwritten: choose another folder\n$/,
    );
    assertEquals([files(folder), await Deno.readTextFile(join(folder, "plan.yaml"))], [["plan.yaml"], "mine"]);
    await write(folder, "file", "");
    assertEquals((await sonde(folder, "init", "file")).code, 2);
  }));

Deno.test("sonde devices says axes with limits, units and readbacks, detectors and settings", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG);
    const { axes, detectors, devices } = JSON.parse((await sonde(folder, "devices", "--json")).out);
    const [x, , shutter, exposure] = axes;
    assertEquals([x.name, x.unit, x.limits, typeof x.readback], ["x", "mm", [-5, 5], "number"]);
    assertEquals(shutter.labels, ["open", "closed"]);
    assert(shutter.labels.includes(shutter.readback));
    assertEquals([exposure.name, exposure.limits, exposure.readback], ["camera.exposure", [1, 50], 20]);
    assertEquals(detectors.map(({ name }: { name: string }) => name), ["diode", "camera"]);
    assertEquals(detectors[1].shape, [6, 8]);
    assertEquals(devices[0].driver, "sim.stage");
    const { out } = await sonde(folder, "devices");
    assertMatch(out, /^axis +readback +allowed\nx +\S+ mm +-5 … 5 mm$/m);
    assertMatch(out, /^camera +6 × 8 +uint16 +count$/m);
  }));

Deno.test("sonde move checks all setpoints before anything moves, and says where the axes are", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG);
    const moved = JSON.parse((await sonde(folder, "move", "x=-1.5", "shutter=open", "--json")).out).axes;
    assertEquals(moved.map(({ name, setpoint }: { name: string; setpoint: unknown }) => [name, setpoint]), [
      ["x", -1.5],
      ["shutter", "open"],
    ]);
    assert(Math.abs(moved[0].readback + 1.5) < 0.01 && moved[1].readback === "open", JSON.stringify(moved));
    assertMatch((await sonde(folder, "move", "x=2")).out, /^x {2}\S+ mm\n$/);
    const { code, err } = await sonde(folder, "move", "x=7", "q=1", "y=a", "shutter=ajar", "y", "x=1");
    assertEquals(code, 2);
    assertEquals(err.trim().split("\n"), [
      "error: x: setpoint 7 is not allowed; allowed: -5 … 5 mm",
      'error: q: is no axis of the rig; did you mean "x"? Allowed: x, y, shutter, camera.exposure',
      'error: y: expected a number, received "a"',
      'error: shutter: setpoint "ajar" is not allowed; allowed: "open", "closed"',
      "error: y: is no move; allowed: AXIS=SETPOINT, as in x=1.5",
    ]);
    assertMatch(
      (await sonde(folder, "move", "x=1", "x=2")).err,
      /^error: x: is told twice where to go; allowed: once\n$/,
    );
  }));

/** Whether a process has a listener for Ctrl-C: before that, it would just die. */
async function catchesInterrupt(pid: number): Promise<boolean> {
  const caught = /SigCgt:\s*([0-9a-f]+)/.exec(await Deno.readTextFile(`/proc/${pid}/status`))?.[1];
  return (BigInt(`0x${caught}`) & 2n) !== 0n;
}

Deno.test({
  name: "Ctrl-C stops the axes of sonde move, with exit code 130 and in one line (where /proc tells when it listens)",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      await write(folder, "rig.yaml", "x: { driver: sim.stage, unit: mm, limits: [-5, 5], speed: 0.01 }\n");
      const child = sondeCommand(folder, ["move", "x=4"]).spawn();
      while (!await catchesInterrupt(child.pid)) await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill("SIGINT");
      const { code, stdout, stderr } = await child.output();
      assertEquals(code, 130);
      assertEquals(new TextDecoder().decode(stdout), "");
      assertMatch(new TextDecoder().decode(stderr), /^error: interrupted: the axes were stopped\n$/);
    }),
});

Deno.test("an axis that does not arrive fails sonde move with 1, and names itself", () =>
  inFolder(async (folder) => {
    const stuck = "x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true, resolution: 1, tolerance: 0.1 }\n";
    await write(folder, "rig.yaml", stuck);
    const { code, err } = await sonde(folder, "move", "x=0.5");
    assertEquals(code, 1, err);
    assertMatch(err, /^error: x: move: went to 0\.5 but reports \S+ mm \(tolerance 0\.1 mm\)\n$/);
  }));

Deno.test("sonde read reads detectors once: numbers as they are, frames by least, greatest and mean", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", `${RIG}lockin: { driver: sim.lockin, instant: true }\n`);
    const { readings } = JSON.parse((await sonde(folder, "read", "--json")).out);
    assertEquals(readings.map(({ name }: { name: string }) => name).slice(0, 3), ["diode", "camera", "lockin.X"]);
    const [diode, camera] = readings;
    assert(typeof diode.reading === "number" && diode.unit === "V");
    assertEquals(camera.shape, [6, 8]);
    assert(camera.min <= camera.mean && camera.mean <= camera.max);
    const one = await sonde(folder, "read", "lockin.X", "diode");
    assertMatch(one.out, /^diode +\S+ V\nlockin\.X +\S+ V\n$/);
    const { code, err } = await sonde(folder, "read", "dioed");
    assertEquals(code, 2);
    assertMatch(err, /^error: dioed: is no detector of the rig; did you mean "diode"\? Allowed: /);
  }));

Deno.test("a scan file takes the rig.yaml beside it, its own rig before that, and --rig before both", () =>
  inFolder(async (folder) => {
    const lab = join(folder, "lab");
    await Deno.mkdir(lab);
    await write(lab, "line.yaml", LINE);
    await write(
      lab,
      "own.yaml",
      `rig:\n${RIG.replace(/^(?=.)/gm, "  ").replace("[-5, 5]", "[0, 9]")}${LINE.replace("stop: 1", "stop: 9")}`,
    );
    const missing = await sonde(folder, "check", "lab/line.yaml");
    assertEquals(missing.code, 2);
    assertMatch(missing.err, /^error: rig: is missing in .*; or a rig\.yaml beside it, or --rig\n$/);
    await write(lab, "rig.yaml", RIG);
    assertEquals((await sonde(folder, "check", "lab/line.yaml")).code, 0);
    assertEquals((await sonde(folder, "check", "lab/own.yaml")).code, 0);
    const other = await sonde(folder, "check", "lab/own.yaml", "--rig", "lab/rig.yaml");
    assertEquals([other.code, other.err], [2, "error: plan: x would go to 9 mm; allowed: -5 … 5 mm\n"]);
    const scan = await sonde(folder, "devices", "--rig", "lab/own.yaml", "--json");
    assertEquals(JSON.parse(scan.out).axes[0].limits, [0, 9]);
  }));

Deno.test("a run of a scan file without a rig of its own is resumed from its store alone", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG);
    await write(folder, "line.yaml", `onReadError: { retries: 0, then: abort }\nabort: ["x > 0.4"]\n${LINE}`);
    assertEquals((await sonde(folder, "run", "line.yaml", "--to", "line.zarr")).code, 1);
    await Deno.remove(join(folder, "rig.yaml"));
    const again = await sonde(folder, "resume", "line.zarr");
    assert(!again.err.includes("does not say how its rig is connected"), again.err);
  }));

/** A run along x that was left after its second point; its store remembers the rig of `RIG`, or none. */
async function begun(to: string, remembers: boolean): Promise<void> {
  const devices = parseRigFile(RIG), plan = linspace("x", -1, 1, 5);
  await using rig = await connect(deviceSpecs(devices)) as unknown as Rig;
  const options = { rig, read: ["diode"], to, quiet: true, ...remembers && { devices } };
  for await (const { seqNum } of scan(plan, options)) if (seqNum === 1) break;
}

/** The logged warnings of a run, and how it ended. */
async function ended(to: string): Promise<{ status: unknown; texts: string[] }> {
  const { attributes, arrays } = await openRun(to), log = arrays.get("log/text");
  return { status: attributes.exit_status, texts: log ? (await log.read()).data as string[] : [] };
}

Deno.test("sonde resume --rig takes the rig of another file, says what has changed, and keeps that in the log", () =>
  inFolder(async (folder) => {
    await begun(join(folder, "a.zarr"), true);
    await write(folder, "new.yaml", RIG.replace("x: { driver: sim.stage,", "x: { driver: sim.stage, speed: 50,"));
    const { code, err } = await sonde(folder, "resume", "a.zarr", "--rig", "new.yaml");
    const change = "rig.x.speed: was not there when the run began, is 50 now";
    assertEquals(code, 0, err);
    assertStringIncludes(err, `warning: ${change}\n`);
    const { status, texts } = await ended(join(folder, "a.zarr"));
    assertEquals([status, texts.filter((text) => text === change).length], ["success", 1]);
  }));

const OTHER_RIGS: Readonly<Record<string, readonly [rig: string, says: RegExp]>> = {
  "narrower limits than the plan needs": [
    RIG.replace("[-5, 5]", "[-5, 0]"),
    /^error: plan: x would go to 1 mm; allowed: -5 … 0 mm$/,
  ],
  "an axis less": [RIG.replace(/^x:.*\n/, ""), /^error: plan\.axis: the rig has no axis "x"/],
  "a detector less": [RIG.replace(/^diode:.*\n/m, ""), /^error: read\[0\]: "diode" is not a detector of the rig/],
  "another unit": [RIG.replace("unit: mm", "unit: um"), /^error: rig\.x\.unit: is "mm" in the store; "um" was given$/],
  "a setting that is not allowed": [
    RIG.replace("exposure: 20", "exposure: 60"),
    /^error: rig\.camera\.settings\.exposure: 60 is not/,
  ],
};

for (const [what, [rig, says]] of Object.entries(OTHER_RIGS)) {
  Deno.test(`sonde resume --rig refuses ${what} in one line, with exit code 2, and the run goes on with the right rig`, () =>
    inFolder(async (folder) => {
      await begun(join(folder, "a.zarr"), true);
      await write(folder, "new.yaml", rig);
      const { code, out, err } = await sonde(folder, "resume", "a.zarr", "--rig", "new.yaml");
      assertEquals([code, out, err.trimEnd().split("\n").length], [2, "", 1], err);
      assertMatch(err.trimEnd(), says);
      assertEquals(await ended(join(folder, "a.zarr")), { status: "aborted", texts: [] });
      assertEquals((await sonde(folder, "resume", "a.zarr")).code, 0);
    }));
}

Deno.test("a run of a program, whose store knows no rig, is resumed with --rig", () =>
  inFolder(async (folder) => {
    await begun(join(folder, "a.zarr"), false);
    const { code, err } = await sonde(folder, "resume", "a.zarr");
    assertEquals(code, 2);
    assertMatch(err, /does not say how its rig is connected.*--rig\n$/);
    await write(folder, "rig.yaml", RIG);
    const named = await sonde(folder, "resume", "a.zarr", "--rig", "rig.yaml", "--json");
    assertEquals([named.code, JSON.parse(named.out).points, named.err], [0, 5, ""]);
  }));

/** What can be wrong with a rig file, and the one line about it. */
const WRONG: Readonly<Record<string, { text: string; says: RegExp }>> = {
  "no YAML": { text: "x: [", says: /^error: rig\.yaml: is not YAML: .*line 1/ },
  "a list": { text: "- x\n", says: /^error: rig\.yaml: is not a rig: expected devices by name/ },
  "nothing": { text: "{}", says: /^error: rig\.yaml: has no devices: expected devices by name/ },
  "no device": { text: "x: 5\n", says: /^error: rig\.x: is no device: expected its driver/ },
  "no driver": { text: "x: { unit: mm }\n", says: /^error: rig\.x\.driver: has no driver; allowed: sim\.stage/ },
  "a misspelt driver": {
    text: "x: { driver: sim.stag }\n",
    says: /"sim\.stag" is no driver; did you mean "sim\.stage"\?/,
  },
  "a misspelt option": {
    text: "x: { driver: sim.stage, unit: mm, limts: [0, 1] }\n",
    says: /^error: rig\.x\.limts: "sim\.stage" has no option "limts"; did you mean "limits"\?/,
  },
  "limits of a driver the wrong way round": {
    text: "x: { driver: sim.stage, unit: mm, limits: [1, 0] }\n",
    says: /^error: rig\.x\.limits: sim\.stage: limits must be \[low, high\]; received \[1,0\]/,
  },
  "a setting that is none": {
    text: "c: { driver: sim.camera, settings: { exposre: 5 } }\n",
    says: /^error: rig\.c\.settings\.exposre: "exposre" is nothing that c can be set to; did you mean "exposure"\?/,
  },
  "a setting beyond the limits": {
    text: "c: { driver: sim.camera, limits: { exposure: [1, 5] }, settings: { exposure: 6 } }\n",
    says: /^error: rig\.c\.settings\.exposure: 6 is not allowed; allowed: 1 … 5 ms/,
  },
  "limits beyond those of the device": {
    text: "c: { driver: sim.camera, exposureMs: 2, exposureLimits: [1, 5], limits: { exposure: [1, 6] } }\n",
    says: /^error: rig\.c\.limits\.exposure: \[1, 6\] goes beyond what the device allows; allowed: 1 … 5/,
  },
  "limits the wrong way round": {
    text: "c: { driver: sim.camera, limits: { exposure: [6, 1] } }\n",
    says: /^error: rig\.c\.limits\.exposure: expected \[least, greatest\]; received \[6,1\]/,
  },
  "names that differ by case": {
    text: "x: { driver: sim.counter }\nX: { driver: sim.counter }\n",
    says: /"X" and "x" differ only by case/,
  },
};

for (const [what, { text, says }] of Object.entries(WRONG)) {
  Deno.test(`a rig file with ${what} is refused in one line, with exit code 2`, () =>
    inFolder(async (folder) => {
      await write(folder, "rig.yaml", text);
      for (const args of [["devices"], ["scan", "diode", "x", "0", "1", "3"]]) {
        const { code, out, err } = await sonde(folder, ...args);
        assertEquals([code, out], [2, ""], err);
        assertMatch(err, says);
        assertEquals(err.trim().split("\n").length, 1, err);
      }
      assertEquals(files(folder), ["rig.yaml"]);
    }));
}

Deno.test("without a rig.yaml the commands of the rig say which file is missing", () =>
  inFolder(async (folder) => {
    for (const args of [["devices"], ["move", "x=1"], ["read"], ["scan", "d", "x", "0", "1", "2"]]) {
      const { code, err } = await sonde(folder, ...args);
      assertEquals([code, err], [2, "error: rig.yaml: cannot be read: there is no such file\n"]);
    }
    const debug = await sonde(folder, "devices", "--debug");
    assertStringIncludes(debug.err, "    at ");
  }));

Deno.test("docs/rig.schema.json is what the sources say: deno run -A tools/schema.ts writes it", async () => {
  assertEquals(await Deno.readTextFile(RIG_SCHEMA_FILE), rigSchemaText());
});

Deno.test("the JSON Schema of rigs knows every driver, and what any device may be told", () => {
  const { additionalProperties: { oneOf } } = JSON.parse(rigSchemaText());
  const names = oneOf.map(({ properties }: { properties: { driver: { const: string } } }) => properties.driver.const);
  assertEquals(names, Object.keys(DRIVERS));
  for (const { properties, additionalProperties } of oneOf) {
    assert("settings" in properties && "limits" in properties && additionalProperties === false);
  }
});

Deno.test("configured() keeps what a device can do, and closes one that does not take its settings", async () => {
  const context = { name: "c", clock: { now: () => 0 }, seed: 0, signal: new AbortController().signal } as never;
  let closed = 0;
  const place = { exposure: 0 };
  const spec: DeviceSpec = {
    driver: "fake",
    connect: () => ({
      driver: "fake",
      axes: {
        exposure: {
          unit: "ms",
          limits: [0, 10] as const,
          set: (to: unknown) => void (place.exposure = to as number),
          readback: () => place.exposure,
          stop: () => {},
        },
      },
      detector: { channels: { "": { unit: "V" } }, read: () => 1 },
      settings: () => ({ serial: 7 }),
      [Symbol.asyncDispose]: () => Promise.resolve(void closed++),
    }),
  };
  const device = await configured(spec, { limits: { exposure: [1, 5] }, settings: { exposure: 3 } }).connect(context);
  assertEquals([place.exposure, device.axes!.exposure.limits, device.settings!()], [3, [1, 5], { serial: 7 }]);
  assertEquals([typeof device.axes!.exposure.stop, device.stop, device.detector!.channels], ["function", undefined, {
    "": { unit: "V" },
  }]);
  let refused = "";
  try {
    await configured(spec, { limits: { exposure: [1, 5] }, settings: { exposure: 7 } }).connect(context);
  } catch (thrown) {
    refused = (thrown as Error).message;
  }
  assertStringIncludes(refused, "rig.c.settings.exposure: 7 is not allowed; allowed: 1 … 5 ms");
  assertEquals([closed, place.exposure], [1, 3]);
});

Deno.test("a device named rig is a device, and a rig within a scan file is found", () => {
  assertEquals(Object.keys(parseRigFile("rig: { driver: sim.counter }")), ["rig"]);
  assertEquals(Object.keys(parseRigFile("rig: { x: { driver: sim.counter } }\nread: [x]")), ["x"]);
  assertEquals(deviceSpecs(parseRigFile("c: { driver: sim.counter }")).c.driver, sim.counter().driver);
});
