import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { makeProgram } from "../src/cli/program.ts";
import { parseInterval } from "../src/cli/peak_conditions.ts";
import { python } from "./python.ts";

const MAIN = new URL("../src/cli/main.ts", import.meta.url);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The real command, in a process of its own, in a folder of its own. */
async function sonde(cwd: string, ...args: string[]): Promise<Ran> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN.href, ...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir(), folder = join(parent, "mit Leerzeichen é");
  await Deno.mkdir(folder);
  try {
    await test(folder);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const RIG = `rig:
  wavelength: { driver: sim.monochromator, unit: nm, limits: [400, 900], instant: true }
  x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  diode: { driver: sim.photodiode, instant: true }
read: [diode]
`;

function scanFile(plan: string, rest = ""): string {
  return `${RIG}${rest}plan: ${plan}\n`;
}

function files(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("sonde run, info, peaks and plot go from a YAML file to a picture, and xarray sees the peaks", () =>
  inFolder(async (folder) => {
    const plan = "{ kind: linspace, axis: wavelength, start: 636, stop: 644, num: 401 }";
    await Deno.writeTextFile(join(folder, "neon.yaml"), scanFile(plan, "name: neon\nsample: lamp\n"));
    const ran = await sonde(folder, "run", "neon.yaml", "--to", "ne.zarr", "--json");
    assertEquals(ran.code, 0, ran.err);
    const result = JSON.parse(ran.out);
    assertEquals([result.status, result.points, result.to], ["success", 401, join(folder, "ne.zarr")]);

    const info = JSON.parse((await sonde(folder, "info", "ne.zarr", "--json")).out);
    assertEquals([info.attributes.exit_status, info.attributes.sample, info.points.good], ["success", "lamp", 401]);

    const peaks = await sonde(folder, "peaks", "ne.zarr", "--prominence", "0.02", "--save", "--json");
    assertEquals(peaks.code, 0, peaks.err);
    const places = JSON.parse(peaks.out).peaks.map((peak: { at: number }) => peak.at);
    assertEquals(places.length, 2);
    for (const [k, published] of [638.2991, 640.2248].entries()) {
      assert(Math.abs(places[k] - published) < 0.03, String(places));
    }

    const stored = await python<number[]>(
      "import xarray\ntree = xarray.open_datatree(data, engine='zarr')\nprint(json.dumps(tree['peaks'].peak_wavelength.values.tolist()))",
      join(folder, "ne.zarr"),
    );
    assertEquals(stored, places);

    const shown = await sonde(folder, "plot", "ne.zarr", "--prominence", "0.02");
    assertStringIncludes(shown.out, "640.2");
    for (const name of ["ne.svg", "ne.html"]) {
      assertEquals((await sonde(folder, "plot", "ne.zarr", "-o", name)).code, 0);
    }
    assertMatch(await Deno.readTextFile(join(folder, "ne.svg")), /<svg[\s\S]*wavelength/);
  }));

Deno.test("sonde run without --to numbers its runs by day, and says where they are", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(
      join(folder, "line.yaml"),
      scanFile("{ kind: list, axis: x, setpoints: [0, 1] }", "name: line\n"),
    );
    const first = await sonde(folder, "run", "line.yaml", "--quiet"),
      second = await sonde(folder, "run", "line.yaml", "--quiet");
    assertMatch(first.out.trim(), /[/\\]runs[/\\]\d{4}-\d\d-\d\d[/\\]1-line\.zarr$/);
    assertMatch(second.out.trim(), /2-line\.zarr$/);
  }));

Deno.test("sonde check says points, time and bytes, and touches nothing", () =>
  inFolder(async (folder) => {
    const nested =
      "{ kind: nest, plans: [{ kind: repeat, num: 3 }, { kind: linspace, axis: x, start: 0, stop: 1, num: 5 }] }";
    await Deno.writeTextFile(join(folder, "a.yaml"), scanFile(nested));
    const { code, out } = await sonde(folder, "check", "a.yaml", "--json");
    const report = JSON.parse(out);
    assertEquals([code, report.points, report.passes[0].shape], [0, 15, [3, 5]]);
    assert(report.bytes > 0 && report.timeMs >= 0 && report.peakMemoryBytes > 0);
    assertEquals(files(folder), ["a.yaml"]);
  }));

const LOOPS = Array.from({ length: 11 }, (_, k) => `{ kind: repeat, num: 1, name: r${k} }`).join(", ");

/** What can be wrong with a scan file, and what the one line about it must say. */
const WRONG: Readonly<Record<string, { text: string; says: RegExp }>> = {
  "an unknown axis": {
    text: scanFile("{ kind: linspace, axis: wavelenght, start: 500, stop: 600, num: 3 }"),
    says: /^error: plan\.axis: .*"wavelenght"; did you mean "wavelength"/,
  },
  "a setpoint outside the limits": {
    text: scanFile("{ kind: linspace, axis: x, start: 0, stop: 7, num: 3 }"),
    says: /^error: plan: x would go to 7 mm; allowed: -5 … 5 mm$/,
  },
  "a loop that leads back to itself": {
    text: scanFile(
      "{ kind: use, plan: a }",
      "plans:\n  a: { kind: snake, plan: { kind: use, plan: b } }\n  b: { kind: snake, plan: { kind: use, plan: a } }\n",
    ),
    says: /^error: .*Loop body cannot connect back to parent loop: a → b → a$/,
  },
  "eleven loops": {
    text: scanFile(`{ kind: nest, plans: [${LOOPS}] }`),
    says: /^error: plan: 11 loops inside one another; allowed: at most 10/,
  },
  "NaN": {
    text: scanFile("{ kind: linspace, axis: x, start: .nan, stop: 1, num: 3 }"),
    says: /^error: plan\.start: expected a finite number, received NaN$/,
  },
  "no points": {
    text: scanFile("{ kind: linspace, axis: x, start: 0, stop: 1, num: 0 }"),
    says: /^error: plan\.num: expected a number of at least 1, received 0$/,
  },
  "10¹² points": {
    text: scanFile("{ kind: linspace, axis: x, start: 0, stop: 1, num: 1000000000000 }"),
    says: /^error: plan: 1,000,000,000,000 points are more than the budget of 10,000,000/,
  },
  "bad YAML": { text: "plan: [", says: /^error: .*is not YAML: .*line 1/ },
  "no rig": { text: "read: [diode]\nplan: { kind: repeat, num: 3 }", says: /^error: rig: is missing/ },
  "an unknown driver": {
    text: "rig: { x: { driver: sim.stag } }\nread: [x]\nplan: { kind: repeat, num: 3 }",
    says: /^error: rig\.x\.driver: "sim\.stag" is no driver; did you mean "sim\.stage"/,
  },
  "an unknown option of a driver": {
    text: "rig: { x: { driver: sim.stage, unit: mm, limit: [0, 1] } }\nread: [x]\nplan: { kind: repeat, num: 3 }",
    says: /^error: rig\.x\.limit: "sim\.stage" has no option "limit"; did you mean "limits"/,
  },
  "an unknown detector": {
    text: scanFile("{ kind: repeat, num: 3 }").replace("[diode]", "[dioed]"),
    says: /^error: read\[0\]: "dioed" .*did you mean "diode"/,
  },
};

for (const [what, { text, says }] of Object.entries(WRONG)) {
  Deno.test(`sonde run and check refuse ${what} in one line, with exit code 2, and touch no file`, () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "wrong.yaml"), text);
      for (const command of ["run", "check"]) {
        const { code, out, err } = await sonde(folder, command, "wrong.yaml");
        assertEquals([code, out], [2, ""], err);
        assertMatch(err.trim(), says);
        assertEquals(err.trim().split("\n").length, 1, err);
      }
      assertEquals(files(folder), ["wrong.yaml"]);
    }));
}

Deno.test("sonde refuses wrong words with exit code 2, and --json says so as JSON", () =>
  inFolder(async (folder) => {
    for (
      const args of [["rnu"], ["run"], ["run", "a", "--bogus"], ["peaks", "x.zarr", "--height", "tall"], [
        "run",
        "no.ts",
      ], []]
    ) {
      const { code, err } = await sonde(folder, ...args);
      assertEquals(code, 2, `${args}: ${err}`);
      assertMatch(err, /^error: /);
    }
    const { code, out } = await sonde(folder, "info", "nothing.zarr", "--json");
    assertEquals([code, JSON.parse(out).exitCode], [2, 2]);
    assertStringIncludes(JSON.parse(out).error, "is not a run of Sonde");
    assertEquals((await sonde(folder, "--help")).code, 0);
  }));

Deno.test("sonde run refuses to overwrite, with exit code 2, and the old run stays whole", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.yaml"), scanFile("{ kind: repeat, num: 3 }"));
    assertEquals((await sonde(folder, "run", "a.yaml", "--to", "a.zarr")).code, 0);
    const before = await Deno.readTextFile(join(folder, "a.zarr", "zarr.json"));
    const { code, err } = await sonde(folder, "run", "a.yaml", "--to", "a.zarr");
    assertEquals(code, 2, err);
    assertStringIncludes(err, "a.zarr");
    assertEquals(await Deno.readTextFile(join(folder, "a.zarr", "zarr.json")), before);
  }));

Deno.test({
  name: "Ctrl-C without a terminal ends sonde run with exit code 130, and what was measured is readable",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const slow = scanFile("{ kind: every, ms: 20, num: 100000 }");
      await Deno.writeTextFile(join(folder, "slow.yaml"), slow);
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", MAIN.href, "run", "slow.yaml", "--to", "s.zarr", "--quiet"],
        cwd: folder,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      // The first published points are the sign that it is in the middle of the scan.
      for (let points = 0; points < 5;) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        const { out } = await sonde(folder, "info", "s.zarr", "--json");
        points = out ? JSON.parse(out).points?.good ?? 0 : 0;
      }
      child.kill("SIGINT");
      const { code, stderr } = await child.output();
      assertEquals(code, 130, new TextDecoder().decode(stderr));
      assertStringIncludes(new TextDecoder().decode(stderr), "interrupted by Ctrl-C");
      assertMatch(
        new TextDecoder().decode(stderr),
        /\d+ points were measured; they are kept in .*s\.zarr\nto go on: sonde resume '.*s\.zarr'\n/,
      );
      const [status, measured] = await python<[string, number]>(
        "import xarray\nds = xarray.open_zarr(data)\nprint(json.dumps([ds.attrs['exit_status'], int((ds.quality == 1).sum())]))",
        join(folder, "s.zarr"),
      );
      assertEquals(status, "aborted");
      assert(measured >= 5);
    }),
});

Deno.test("sonde run runs a TypeScript file", () =>
  inFolder(async (folder) => {
    const mod = new URL("../mod.ts", import.meta.url).href;
    const script = `import { connect, list, scan, sim } from ${JSON.stringify(mod)};
await using rig = await connect({ x: sim.instant({ limits: [0, 1] }), c: sim.counter() });
await scan(list("x", [0, 1]), { rig, read: ["c"], to: "from-ts.zarr" }).done;`;
    await Deno.writeTextFile(join(folder, "scan ü.ts"), script);
    const { code, err } = await sonde(folder, "run", "scan ü.ts");
    assertEquals(code, 0, err);
    assert(files(folder).includes("from-ts.zarr"));
  }));

Deno.test("every command has help with examples", () => {
  for (const command of makeProgram().commands) {
    let help = "";
    command.configureOutput({ writeOut: (text) => help += text });
    command.outputHelp();
    assertMatch(help, /Examples:\n\s+\$ sonde \w+/);
  }
});

Deno.test("parseInterval() reads a minimum and intervals open at either end", () => {
  assertEquals([parseInterval("3"), parseInterval("3:"), parseInterval(":5"), parseInterval("3:5")], [3, [3, null], [
    null,
    5,
  ], [3, 5]]);
  assertThrows(() => parseInterval("5:3"), Error, "allowed: MIN:MAX, with MIN at most MAX");
});
