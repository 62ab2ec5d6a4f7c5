/** Scans said in words, completions of shells, the doctor, and near matches. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { commandWords } from "../src/cli/command_words.ts";
import { completionScript } from "../src/cli/completion_script.ts";
import { makeProgram } from "../src/cli/program.ts";
import { parseScanWords } from "../src/cli/scan_words.ts";
import { InputError } from "../src/core/errors.ts";
import { files, inFolder, RIG, sonde, sondeCommand } from "./cli_support.ts";
import { python } from "./python.ts";

const words = (text: string, snake = false) => parseScanWords(text.split(" "), { snake });

Deno.test("a scan in words is the plan that it says: detectors, then axes from slow to fast", () => {
  assertEquals(words("diode wavelength 600 700 101"), {
    read: ["diode"],
    plan: { kind: "linspace", axis: "wavelength", start: 600, stop: 700, num: 101 },
  });
  const map = words("diode camera y -1 1 3 x -.5 5e-1 5", true);
  assertEquals(map.read, ["diode", "camera"]);
  assertEquals(map.plan, {
    kind: "nest",
    plans: [
      { kind: "linspace", axis: "y", start: -1, stop: 1, num: 3 },
      { kind: "snake", plan: { kind: "linspace", axis: "x", start: -0.5, stop: 0.5, num: 5 } },
    ],
  } as never);
  assertEquals(words("diode filter=BP600,BP650 x=0,1.5,-3").plan, {
    kind: "nest",
    plans: [
      { kind: "list", axis: "filter", setpoints: ["BP600", "BP650"] },
      { kind: "list", axis: "x", setpoints: [0, 1.5, -3] },
    ],
  } as never);
});

const name = fc.stringMatching(/^[a-z][a-z0-9_.]{0,8}$/), number = fc.double({ noNaN: true, noDefaultInfinity: true });

Deno.test("whatever the detectors, axes and numbers are, words say them all and in their order", () => {
  const axis = fc.tuple(name, number, number, fc.integer({ min: 1, max: 1000 }));
  fc.assert(fc.property(
    fc.array(name, { minLength: 1, maxLength: 3 }),
    fc.array(axis, { minLength: 1, maxLength: 4 }),
    (detectors, axes) => {
      const { read, plan } = parseScanWords([...detectors, ...axes.flat().map(String)]);
      const plans = plan.kind === "nest" ? plan.plans : [plan];
      assertEquals(read, detectors);
      assertEquals(
        plans,
        axes.map(([axis, start, stop, num]) => {
          return { kind: "linspace" as const, axis, start: Number(String(start)), stop: Number(String(stop)), num };
        }),
      );
    },
  ));
});

Deno.test("words that say no scan are refused with what would be right", () => {
  for (
    const [text, says] of [
      ["diode", /^axes: none is named; allowed: DETECTOR… AXIS START STOP NUM/],
      ["wavelength 600 700 101", /^detectors: none is named/],
      ["diode wavelength 600 700", /^wavelength: expected START STOP NUM, received 600 700; allowed/],
      ["diode x 0 1 3 y", /^y: expected START STOP NUM, received nothing/],
      ["diode x 0 1 3 5", /^x: expected START STOP NUM, received 0 1 3 5/],
      ["diode x=1,,2", /^words: "x=1,,2" is no list; allowed: AXIS=A,B,C/],
      ["diode =1", /^words: "=1" is no list/],
      ["600 700 101", /words: 600 stands where an axis is expected/],
    ] as const
  ) {
    assertMatch(assertThrows(() => words(text), InputError).message, says);
  }
});

Deno.test("sonde scan runs what it was told, with negative numbers, back and forth", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "rig.yaml"), RIG);
    const told = ["scan", "diode", "y", "-1", "1", "3", "x", "-2", "-1", "2", "--snake", "--sample", "WSe2"];
    const checked = JSON.parse((await sonde(folder, ...told, "--check", "--json")).out);
    assertEquals([checked.points, files(folder)], [6, ["rig.yaml"]]);
    const { code, out, err } = await sonde(folder, ...told, "--to", "m.zarr", "--json");
    assertEquals(code, 0, err);
    assertEquals(JSON.parse(out).points, 6);
    const [dims, x, seq, sample] = await python<[string[], number[], number[][], string]>(
      "import xarray\nds = xarray.open_zarr(data)\nprint(json.dumps([ds.diode.dims, ds.x.values.tolist(), ds.seq_num.values.tolist(), ds.attrs['sample']]))",
      join(folder, "m.zarr"),
    );
    assertEquals([dims, x, seq, sample], [["y", "x"], [-2, -1], [[0, 1], [3, 2], [4, 5]], "WSe2"]);
  }));

Deno.test("sonde scan --save writes a scan file that runs as it stands, and never overwrites one", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "rig.yaml"), RIG);
    const told = ["scan", "diode", "x", "0", "1", "3", "--name", "line", "--save", "line.yaml"];
    assertEquals((await sonde(folder, ...told)).code, 0);
    assertEquals((await sonde(folder, "run", "line.yaml", "--quiet")).code, 0);
    const again = await sonde(folder, ...told);
    assertEquals([again.code, again.err], [
      2,
      "error: --save: line.yaml exists already, and nothing is ever overwritten\n",
    ]);
  }));

Deno.test("a misspelt command or option is answered with the near match, in one line", () =>
  inFolder(async (folder) => {
    for (
      const [args, says] of [
        [["chekc"], "error: unknown command 'chekc'; did you mean check?\n"],
        [["ls", "--sampel", "x"], "error: unknown option '--sampel'; did you mean --sample?\n"],
        [["scan", "diode", "x", "0", "1", "3", "--snak"], "error: unknown option '--snak'; did you mean --snake?\n"],
        [
          ["completions", "tcsh"],
          "error: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.\n",
        ],
        [["move"], "error: missing required argument 'moves'\n"],
        [["help", "chekc"], "error: unknown command 'chekc'; did you mean check?\n"],
        [
          ["run", "a.yaml", "--max-points", "-1"],
          "error: option '--max-points <number>' argument '-1' is invalid. received \"-1\"; allowed: a whole number of at least 1\n",
        ],
      ] as const
    ) {
      const { code, out, err } = await sonde(folder, ...args);
      assertEquals([code, out, err], [2, "", says]);
    }
  }));

Deno.test("every command tells --json, --quiet and --debug, and has examples in its help", () => {
  for (const command of makeProgram().commands) {
    const longs = command.options.map(({ long }) => long);
    for (const option of ["--json", "--quiet", "--debug"]) {
      assert(longs.includes(option), `${command.name()} ${option}`);
    }
  }
});

/** The words that bash would offer for what stands before the cursor. */
async function offered(folder: string, line: readonly string[]): Promise<string[]> {
  const script = completionScript("bash", commandWords(makeProgram()));
  const typed = line.map((word) => `'${word}'`).join(" ");
  const ask = `${script}\nCOMP_WORDS=(${typed}); COMP_CWORD=${
    line.length - 1
  }; _sonde; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await new Deno.Command("bash", { args: ["--norc", "-c", ask], cwd: folder }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).trim().split("\n");
}

function has(command: string): boolean {
  try {
    return new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "bash completes commands, options, choices and files (where there is a bash)",
  ignore: !has("bash"),
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "plan ü.yaml"), "");
      assertEquals(await offered(folder, ["sonde", "re"]), ["resume", "rechunk", "read"]);
      assertEquals(await offered(folder, ["sonde", "ls", "--s"]), ["--sample", "--since", "--sort"]);
      assertEquals(await offered(folder, ["sonde", "ls", "--sort", "s"]), ["sample", "status", "size"]);
      assertEquals(await offered(folder, ["sonde", "completions", ""]), ["bash", "zsh", "fish"]);
      assertEquals(await offered(folder, ["sonde", "run", "--rig", "p"]), ["plan ü.yaml"]);
      assertEquals(await offered(folder, ["sonde", "run", "p"]), ["plan ü.yaml"]);
      assertEquals(await offered(folder, ["sonde", "--debug", "run", "--no"]), ["--notes", "--no-input"]);
    }),
});

for (const shell of ["zsh", "fish"] as const) {
  Deno.test({
    name: `${shell} takes the script of its completions (where there is a ${shell})`,
    ignore: !has(shell),
    fn: async () => {
      const file = await Deno.makeTempFile();
      try {
        await Deno.writeTextFile(file, completionScript(shell, commandWords(makeProgram())));
        const { success, stderr } = await new Deno.Command(shell, { args: ["-n", file], stderr: "piped" }).output();
        assert(success, new TextDecoder().decode(stderr));
      } finally {
        await Deno.remove(file);
      }
    },
  });
}

Deno.test({
  name: "fish completes commands, options and choices (where there is a fish)",
  ignore: !has("fish"),
  fn: async () => {
    const script = completionScript("fish", commandWords(makeProgram()));
    const offers = async (line: string) => {
      const args = ["--no-config", "-c", `${script}\ncomplete -C '${line}'`];
      const { stdout } = await new Deno.Command("fish", { args }).output();
      return new TextDecoder().decode(stdout).trim().split("\n").map((line) => line.split("\t")[0]).sort();
    };
    assertEquals(await offers("sonde re"), ["read", "rechunk", "resume"]);
    assertEquals(await offers("sonde ls --s"), ["--sample", "--since", "--sort"]);
    assertEquals(await offers("sonde ls --sort s"), ["sample", "size", "status"]);
    assertEquals(await offers("sonde completions "), ["bash", "fish", "zsh"]);
  },
});

Deno.test("the scripts of all shells hold every command, and every option with its description", () => {
  const commands = commandWords(makeProgram());
  for (const shell of ["bash", "zsh", "fish"] as const) {
    const script = completionScript(shell, commands);
    for (const { name, options } of commands) {
      assert(script.includes(name), `${shell}: ${name}`);
      for (const flag of options.flatMap(({ flags }) => flags)) {
        assert(script.includes(shell === "fish" ? flag.replace(/^-+/, "") : flag), `${shell}: ${name} ${flag}`);
      }
    }
  }
});

interface Examined {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly state: string;
    readonly found: string;
    readonly fix?: string;
  }[];
}

Deno.test("sonde doctor says what is missing and how to get it", () =>
  inFolder(async (folder) => {
    const env = { ARAVIS_LIBRARY: join(folder, "no.so") };
    const { code, stdout } = await sondeCommand(folder, ["doctor", "--json"], env).output();
    const { ok, checks } = JSON.parse(new TextDecoder().decode(stdout)) as Examined;
    assertEquals([code, ok], [0, true]);
    for (
      const name of ["version", "permissions", "folder", "disk", "temporary folder", "terminal", "clock", "libaravis"]
    ) {
      assert(checks.some((check) => check.name === name), name);
    }
    assertMatch(checks[0].found, /^sonde \d+\.\d+\.\d+\S* \(from source, \S+, Deno [\d.]+\)$/);
    const aravis = checks.find(({ name }) => name === "libaravis")!;
    assertEquals(aravis.state, "missing");
    assertMatch(aravis.fix!, /Install it with/);
    const quiet = await sondeCommand(folder, ["doctor", "--quiet"], env).output();
    assertMatch(new TextDecoder().decode(quiet.stdout), /^missing +libaravis: .*\n +→ Install it with .*\n$/);
    assertEquals(files(folder), []);
  }));

Deno.test({
  name: "sonde doctor ends with 1 where nothing can be stored (where /proc is such a place)",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { code, out, err } = await sonde("/proc", "doctor");
    assertEquals([code, err], [1, ""]);
    assertMatch(out, /^broken +folder: \/proc cannot be written: .*\n +→ run in a folder that may be written/m);
  },
});
