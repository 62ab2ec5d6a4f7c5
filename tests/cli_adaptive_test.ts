/** Adaptive scans from YAML files: the real command, in a process and a folder of its own. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { sonde, sondeWords } from "./cli_support.ts";
import { type PseudoTerminal, pseudoTerminal, type TerminalEnded, terminalTest } from "./pseudo_terminal.ts";
import { python } from "./python.ts";

/** A folder with these scan files in it; what stands before the plan is the same for all of them. */
async function withScans(scans: Readonly<Record<string, string>>, test: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "sonde adaptiv é " });
  try {
    for (const [name, text] of Object.entries(scans)) {
      await Deno.writeTextFile(join(folder, `${name}.yaml`), RIG + text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const RIG = `name: adaptive
rig:
  wavelength: { driver: sim.monochromator, unit: nm, limits: [400, 900], instant: true }
  x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  diode: { driver: sim.photodiode, instant: true }
  lockin: { driver: sim.lockin, instant: true }
`;
const LINE = "{ kind: linspace, axis: wavelength, start: 638.6, stop: 643.8, num: 27 }";

function zoom(approve = "auto", rest = ""): string {
  return `read: [diode]\nplan: { kind: zoom, on: diode, plan: ${LINE}, approve: ${approve}${rest} }\n`;
}

function files(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => !name.endsWith(".yaml"));
}

/** What the log of a run says of its questions. */
async function asked(folder: string, run: string): Promise<{ answer: string; by: string }[]> {
  const { log } = JSON.parse((await sonde(folder, "info", run, "--log", "--json")).out);
  return log.flatMap(({ kind, data }: { kind: string; data: { answer: string; by: string } }) =>
    kind === "ask" ? [{ answer: data.answer, by: data.by }] : []
  );
}

Deno.test("sonde check says how much an adaptive scan takes at the least, in a rehearsal and at the most, and how far it goes", () =>
  withScans({ zoom: zoom("auto", ", maxPoints: 50") }, async (folder) => {
    const { code, out, err } = await sonde(folder, "check", "zoom.yaml");
    assertEquals(code, 0, err);
    assertMatch(out, /^pass_0: wavelength \(nm\): 27\npoints: point: as many as the data ask for\n/);
    assertMatch(out, /\d+ points in a rehearsal on the simulated devices \(at least 27, at most 77\)/);
    assertMatch(out, /about .* \(at least .*, at most .*\)/);
    assertMatch(out, /before compression \(at least .*, at most .*\)/);
    assertStringIncludes(out, "wavelength stays within 638.6 … 643.8 nm");
    const told = JSON.parse((await sonde(folder, "check", "zoom.yaml", "--json")).out);
    assertEquals([told.ok, told.adaptive, told.pointRange], [true, true, { min: 27, max: 77 }]);
    assertEquals(told.reach, [{ axis: "wavelength", unit: "nm", least: 638.6, most: 643.8 }]);
    for (const [range, typical] of [[told.timeRangeMs, told.timeMs], [told.bytesRange, told.bytes]]) {
      assert(range.min <= typical && typical <= range.max, JSON.stringify(told));
    }
    assertEquals(files(folder), []);
  }));

Deno.test("sonde check says how far each axis goes: offsets, labels, searches within the limits, and what a fold sets", () => {
  const scan = `read: [diode]
plan:
  kind: nest
  plans:
    - { kind: repeat, num: 3 }
    - kind: fold
      at: { filter: BP640, wavelength: 640 }
      read: [diode]
      plan: { kind: track, on: diode, plan: { kind: relative, plan: { kind: linspace, axis: x, start: -1, stop: 1, num: 9 } } }
`;
  const rig = RIG.replace(
    "  diode:",
    "  filter: { driver: sim.filterWheel, labels: [empty, BP640], instant: true }\n  diode:",
  );
  return withScans({}, async (folder) => {
    await Deno.writeTextFile(join(folder, "scan.yaml"), rig + scan);
    const { out, err } = await sonde(folder, "check", "scan.yaml", "--json");
    const { reach } = JSON.parse(out);
    const by = Object.fromEntries(reach.map(({ axis, ...rest }: { axis: string }) => [axis, rest]));
    assertEquals(by, {
      // Its searches go as far as the limits let them.
      x: { unit: "mm", least: -5, most: 5 },
      filter: { unit: "", labels: ["BP640"] },
      wavelength: { unit: "nm", least: 640, most: 640 },
    }, err);
    const text = (await sonde(folder, "check", "scan.yaml")).out;
    assertMatch(text, /\nx stays within -5 … 5 mm\n/);
    assertMatch(text, /\nfilter is set to BP640\n/);
  });
});

Deno.test("a scan file derives signals, decides by them, and keeps what it says", () => {
  const scan = `read: [lockin]
derive:
  R: hypot(lockin.X, lockin.Y)
  half: { expression: R / 2, unit: V, longName: half of it }
keep: [R]
plan: { kind: align, on: R, to: gaussian, plan: ${LINE} }
`;
  return withScans({ scan, lost: scan.replace("[R]", "[half]") }, async (folder) => {
    const ran = await sonde(folder, "run", "scan.yaml", "--to", "a.zarr", "--json");
    assertEquals([ran.code, JSON.parse(ran.out).points], [0, 27], ran.err);
    const [names, expression, units] = await python<[string[], string, string]>(
      "import xarray\nds = xarray.open_zarr(data)\n" +
        "print(json.dumps([sorted(ds.data_vars), ds.R.attrs['expression'], ds.R.attrs['units']]))",
      join(folder, "a.zarr"),
    );
    assertEquals([names.includes("R"), names.includes("half"), names.includes("lockin.X")], [true, false, false]);
    assertEquals([expression, units], ["hypot(lockin.X, lockin.Y)", "V"]);
    // A path that looks at what is not kept could not be taken up again.
    const lost = await sonde(folder, "run", "lost.yaml", "--to", "b.zarr");
    assertEquals(lost.code, 2);
    assertStringIncludes(lost.err, 'error: plan.on: align looks at "R", which is not kept');
    assertEquals(files(folder), ["a.zarr"]);
  });
});

const WRONG: Readonly<Record<string, readonly [string, RegExp]>> = {
  "an expression that cannot be read": [
    `read: [lockin]\nderive: { R: "hypot(lockin.X, lockin.Y))" }\nplan: { kind: repeat, num: 2 }\n`,
    /error: derive\.R: column 26 of "hypot\(lockin\.X, lockin\.Y\)\)"/,
  ],
  "an expression over a signal that is not there": [
    `read: [lockin]\nderive: { R: { expression: "2 * lockin.Z" } }\nplan: { kind: repeat, num: 2 }\n`,
    /error: derive\.R(\.expression)?: column 5 .*lockin\.Z/,
  ],
  "a misspelt key of a derived signal": [
    `read: [lockin]\nderive: { R: { expression: lockin.X, unti: V } }\nplan: { kind: repeat, num: 2 }\n`,
    /error: derive\.R\.unti: there is no such option; did you mean "unit"\?/,
  ],
  "a kept signal that is not there": [
    `read: [lockin]\nkeep: [lockin.X, R]\nplan: { kind: repeat, num: 2 }\n`,
    /error: keep\[1\]: "R" is not among the signals/,
  ],
  "a trigger that cannot be read": [
    `read: [diode]\nplan: { kind: nest, plans: [${LINE}, { kind: when, trigger: "diode > > 2", plan: { kind: repeat, num: 2 } }] }\n`,
    /error: plan\.plans\[1\]\.trigger: column 9 /,
  ],
  "an end of a fold that looks at nothing": [
    `read: [diode]\nplan: { kind: fold, plan: { kind: repeat, num: 9 }, give: [diode], until: "sem(diod) < 1" }\n`,
    /error: plan\.until: column 5 .*"diod".*did you mean "diode"/,
  ],
  "a misspelt key of an adaptive node": [zoom("auto", ", dpeth: 2"), /error: plan\.dpeth: unknown key .*"depth"/],
  "an answer that is none": [zoom("perhaps"), /error: plan\.approve: expected .*"auto"/],
  "a window beyond the limits": [
    `read: [diode]\nplan: { kind: align, on: diode, plan: { kind: linspace, axis: x, start: 0, stop: 6, num: 7 } }\n`,
    /error: plan\.plan: x would go to 6 mm; allowed: -5 … 5 mm/,
  ],
};

for (const [what, [scan, expected]] of Object.entries(WRONG)) {
  Deno.test(`${what} gives exit code 2 and its place, and no file is touched`, () =>
    withScans({ wrong: scan }, async (folder) => {
      for (const command of [["check"], ["run", "--to", "a.zarr"]]) {
        const { code, err } = await sonde(folder, command[0], "wrong.yaml", ...command.slice(1));
        assertEquals(code, 2, err);
        assertMatch(err, expected);
      }
      assertEquals(files(folder), []);
    }));
}

Deno.test("without a terminal the plan's own default is taken and said; --yes answers continue; --no-input asks nobody", () =>
  withScans({ ask: zoom("ask"), go: zoom("{ otherwise: continue }") }, async (folder) => {
    const none = await sonde(folder, "run", "ask.yaml", "--to", "none.zarr", "--json");
    assertEquals([none.code, JSON.parse(none.out).points], [0, 27], none.err);
    assertMatch(none.err, /\? cancel \(there is no terminal, so the plan's own default is taken\)/);
    assertEquals(await asked(folder, "none.zarr"), [{ answer: "cancel", by: "nobody" }]);

    const yes = await sonde(folder, "run", "ask.yaml", "--to", "yes.zarr", "--json", "--yes");
    assert(JSON.parse(yes.out).points > 27, yes.err);
    assertMatch(yes.err, /\? continue \(--yes\)/);
    assertEquals(
      new Set((await asked(folder, "yes.zarr")).map(({ answer, by }) => `${answer} ${by}`)),
      new Set(["continue --yes"]),
    );

    const own = await sonde(folder, "run", "go.yaml", "--to", "own.zarr", "--json", "--no-input");
    assert(JSON.parse(own.out).points > 27, own.err);
    assertMatch(own.err, /\? continue \(--no-input: the plan's own default is taken\)/);

    const still = await sonde(folder, "run", "ask.yaml", "--to", "still.zarr", "--quiet");
    assertEquals([still.code, still.err], [0, ""]);
    const both = await sonde(folder, "run", "ask.yaml", "--to", "both.zarr", "--yes", "--no-input");
    assertEquals([both.code, files(folder).includes("both.zarr")], [2, false]);
    assertMatch(both.err, /error: --yes: .*give one of them/);
  }));

Deno.test("a run that ended for want of an answer is resumed, and --yes answers then", () =>
  withScans({ ask: zoom("{ otherwise: abort }") }, async (folder) => {
    const aborted = await sonde(folder, "run", "ask.yaml", "--to", "a.zarr");
    assertEquals(aborted.code, 1, aborted.err);
    const resumed = await sonde(folder, "resume", "a.zarr", "--yes", "--json");
    assertEquals(resumed.code, 0, resumed.err);
    assertEquals(JSON.parse(resumed.out).status, "success");
    const { points, passes } = JSON.parse((await sonde(folder, "info", "a.zarr", "--json")).out);
    assert(points.good > 27 && passes[0].points.good === 27, JSON.stringify(passes));
  }));

/** Types the same answer whenever the screen shows a question, until the command has ended. */
async function answerAll(terminal: PseudoTerminal, typed: string): Promise<TerminalEnded> {
  const answer = async (): Promise<void> => {
    await terminal.shows(/then Enter: (?![yn])/);
    await terminal.type(typed, 300);
    return answer();
  };
  const [, ended] = await Promise.all([answer().catch(() => {}), terminal.ended]);
  return ended;
}

terminalTest(
  "at a terminal sonde run asks, and y and n are its answers",
  () =>
    withScans({ ask: zoom("ask") }, async (folder) => {
      for (const [typed, answer] of [["y", "continue"], ["n", "cancel"]]) {
        const to = join(folder, `${typed}.zarr`), words = sondeWords("run", join(folder, "ask.yaml"), "--to", to);
        await using terminal = pseudoTerminal(words, { piped: true });
        const { code, screen } = await answerAll(terminal, `${typed}\n`);
        assertEquals(code, 0, screen);
        assertMatch(screen, /Found: .*peak/);
        assertStringIncludes(screen, "Without an answer the run waits, and its axes hold.");
        const answers = await asked(folder, to);
        assertEquals(answers[0], { answer, by: "terminal" });
      }
    }),
);

Deno.test("sonde info shows the passes, what was found, and with --log what was decided", () => {
  const folded = `read: [diode]
plan:
  kind: nest
  plans:
    - { kind: list, axis: x, setpoints: [0, 0.1, 0.2] }
    - { kind: zoom, on: diode, depth: 1, plan: ${LINE} }
`;
  return withScans({ zoom: zoom(), folded }, async (folder) => {
    assertEquals((await sonde(folder, "run", "zoom.yaml", "--to", "z.zarr")).code, 0);
    const plain = (await sonde(folder, "info", "z.zarr")).out;
    assertMatch(plain, /passes:\n {2}pass_0 +wavelength 27 +27 good\n {2}pass_1 \(points\) +point \d+ +\d+ good/);
    assertMatch(plain, /peaks: 1\n {2}640\.2\d* ± [\d.e-]+ +height [\d.]+, width [\d.]+/);
    assertMatch(plain, /last note \(all \d+ entries of the log: --log\):\n {2}diode: .*; ends because /);
    assertMatch((await sonde(folder, "info", "z.zarr", "--log")).out, /\nlog:\n {2}\+.* 27 {2}note +diode: .*pass 1: /);

    assertEquals((await sonde(folder, "run", "folded.yaml", "--to", "f.zarr")).code, 0);
    const { passes, found } = JSON.parse((await sonde(folder, "info", "f.zarr", "--json")).out);
    assertEquals(passes.slice(0, 2).map(({ pass, group }: { pass: string; group: string }) => [pass, group]), [
      ["fold", ""],
      ["pass_0", "pass_0"],
    ]);
    const [place] = found as { name: string; unit: string; dimensions: string[]; values: number[] }[];
    assertEquals([place.name, place.unit, place.dimensions], ["wavelength_fold", "nm", ["x"]]);
    for (const at of place.values) assert(Math.abs(at - 640.2248) < 0.02, String(at));
    assertMatch(
      (await sonde(folder, "info", "f.zarr")).out,
      /found:\n {2}wavelength_fold +640\.2\d*, 640\.2\d*, 640\.2\d* nm/,
    );
  });
});
