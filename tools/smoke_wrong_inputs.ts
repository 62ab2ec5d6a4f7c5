import { join } from "@std/path";
import type { SmokeCheck } from "./smoke_checks.ts";
import type { SmokeEnded, SmokeHost } from "./smoke_host.ts";

/** Something that a person got wrong, and how the one line about it reads. */
interface WrongInput {
  readonly what: string;
  readonly args: readonly string[];
  readonly says: RegExp;
}

const STAGE = "x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }";
const RIG = `rig:\n  ${STAGE}\n  diode: { driver: sim.photodiode, instant: true }\n`;
const LINE = "{ kind: linspace, axis: x, start: -1, stop: 1, num: 5 }";

const scan = (plan: string, read = "[diode]", rig = RIG) => `${rig}read: ${read}\nplan: ${plan}\n`;

/** Scan files with one mistake each, by what is wrong, and what `run` and `check` say. */
const FILES: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  "an unknown key": [`${scan(LINE)}smaple: neon\n`, /smaple.*did you mean "sample"/],
  "an unknown key of a node": [scan(LINE.replace("num", "settelMs: 5, num")), /settelMs.*did you mean "settleMs"/],
  "an unknown kind": [scan(LINE.replace("linspace", "linspce")), /"linspce".*did you mean "linspace"/],
  "a misspelt axis": [scan(LINE.replace("axis: x", "axis: xx")), /the rig has no axis "xx"; did you mean "x"/],
  "a setpoint beyond the limits": [scan(LINE.replace("stop: 1", "stop: 9")), /x would go to 9 mm; allowed: -5 … 5 mm/],
  "a place that is no number": [scan(LINE.replace("-1", ".nan")), /plan\.start: .*received NaN/],
  "no points": [scan(LINE.replace("num: 5", "num: 0")), /plan\.num: .*received 0/],
  "10¹² points": [scan(LINE.replace("num: 5", "num: 1000000000000")), /1,000,000,000,000 points/],
  "an empty plan": [scan("{}"), /plan\.kind: /],
  "no plan": [`${RIG}read: [diode]\n`, /plan: .*missing/],
  "an empty file": ["", /is not a scan: expected keys such as plan and read/],
  "an axis twice in a nest": [
    scan(`{ kind: nest, plans: [${LINE}, ${LINE}] }`),
    /plan\.plans\[1\]: axis "x" stands twice in one nest/,
  ],
  "an unknown detector": [
    scan(LINE, "[dioed]"),
    /read\[0\]: "dioed" is not a detector of the rig; did you mean "diode"/,
  ],
  "nothing that is read": [scan(LINE, "[]"), /read: /],
  "an unknown driver": [scan(LINE, "[diode]", RIG.replace("sim.stage", "sim.stag")), /did you mean "sim\.stage"/],
  "an unknown option of a driver": [scan(LINE, "[diode]", RIG.replace("limits", "limts")), /did you mean "limits"/],
  "limits the wrong way round": [
    scan(LINE, "[diode]", RIG.replace("[-5, 5]", "[5, -5]")),
    /rig\.x\.limits: .*limits must be \[low, high\]/,
  ],
  "no rig": [scan(LINE, "[diode]", ""), /rig: is missing/],
  "a tag that nobody knows": [`${scan(LINE)}notes: !look\n`, /the tag !look is unknown at line \d+/],
  "bad YAML": [`${RIG}read: [diode\nplan: {`, /is not YAML/],
};

const IMPORTS = `import { connect, InputError, linspace, scan, sim } from "sonde";\n`;

/** The same in scripts; the form of the executable that cannot run them says so. */
const SCRIPTS: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  "a script's setpoint beyond the limits": [
    `${IMPORTS}await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
await scan(linspace("x", 0, 9, 5), { rig, read: ["diode"], to: "script_wrong.zarr" }).done;\n`,
    /x would go to 9 mm; allowed: -5 … 5 mm|docs\/executable\.md/,
  ],
  "what only a script's driver can tell": [
    `${IMPORTS}const lamp = { driver: "lamp", connect() { throw InputError.at("power", "is too much"); } };
await using rig = await connect({ lamp });\n`,
    /rig\.lamp\.power: is too much|docs\/executable\.md/,
  ],
};

/** What is wrong on the command line itself. */
const WORDS: readonly WrongInput[] = [
  { what: "no command", args: [], says: /which command\?/ },
  { what: "an unknown command", args: ["rnu", "a.yaml"], says: /"?rnu.*did you mean run/ },
  { what: "an unknown option", args: ["run", "good.yaml", "--smaple", "x"], says: /--smaple.*did you mean --sample/ },
  { what: "an option that is no number", args: ["run", "good.yaml", "--seed", "x"], says: /--seed/ },
  {
    what: "a file that is not there",
    args: ["run", "nothing.yaml"],
    says: /nothing\.yaml: cannot be read: there is no/,
  },
  { what: "a script that is not there", args: ["run", "nothing.ts"], says: /nothing\.ts: cannot be read: there is no/ },
  { what: "a folder", args: ["check", "wrong"], says: /wrong: cannot be read: it is a folder/ },
  {
    what: "a run that is there",
    args: ["run", "good.yaml", "--to", "good.zarr"],
    says: /good\.zarr.*(exists|overwritten)/,
  },
  { what: "an unknown rig file", args: ["run", "good.yaml", "--rig", "no.yaml"], says: /no\.yaml: cannot be read/ },
  ...["info", "plot", "peaks", "resume", "verify", "watch"].map((command) => ({
    what: `${command} of what is no run`,
    args: [command, "wrong"],
    says: /wrong.*is not a run/,
  })),
  {
    what: "a setpoint beyond the limits",
    args: ["move", "x=9", "--rig", "good.yaml"],
    says: /x: setpoint 9.*-5 … 5 mm/,
  },
  { what: "an unknown detector", args: ["read", "dioed", "--rig", "good.yaml"], says: /did you mean "diode"/ },
  { what: "half a scan", args: ["scan", "diode", "x", "0", "1", "--rig", "good.yaml"], says: /x/ },
];

/** Every input that is refused, each with the words that `sonde` is given. */
async function laidOut(host: SmokeHost): Promise<WrongInput[]> {
  await Deno.mkdir(join(host.folder, "wrong"), { recursive: true });
  await host.write("good.yaml", scan(LINE));
  const write = async (suffix: string, commands: readonly string[], files: typeof FILES): Promise<WrongInput[]> => {
    const written = Object.entries(files).map(async ([what, [text, says]], k) => {
      const path = `wrong/${k}.${suffix}`;
      await host.write(path, text);
      return commands.map((command) => ({ what: `${what} (${command})`, args: [command, path], says }));
    });
    return (await Promise.all(written)).flat();
  };
  return [...await write("yaml", ["run", "check"], FILES), ...await write("ts", ["run"], SCRIPTS), ...WORDS];
}

/** What stands in the folder, and since when; what the executable itself unpacks is no matter. */
async function standing(folder: string): Promise<string> {
  const lines: string[] = [];
  const look = async (at: string) => {
    for await (const { name, isDirectory } of Deno.readDir(join(folder, at))) {
      const path = at + name, { size, mtime } = await Deno.stat(join(folder, path));
      lines.push(isDirectory ? path : `${path} ${size} ${mtime?.getTime()}`);
      if (isDirectory && /^(wrong|good\.zarr|runs)/.test(path)) await look(`${path}/`);
    }
  };
  await look("");
  return lines.sort().join("\n");
}

/** What is not as it should be about how a wrong input was refused; undefined when all is. */
function complaint({ what, says }: WrongInput, { code, out, err }: SmokeEnded): string | undefined {
  const lines = err.trimEnd().split("\n");
  const right = code === 2 && out === "" && lines.length === 1 && lines[0].startsWith("error: ") && says.test(lines[0]);
  return right ? undefined : `${what}: ended with ${code}, and not in one line that matches ${says}\n${out}${err}`;
}

/** The mistakes that people make, each refused in one line. */
export const WRONG_INPUTS: SmokeCheck = {
  name: "every wrong input ends with exit code 2 and one line, and touches no file; --debug shows where it comes from",
  async run(host) {
    const inputs = await laidOut(host), complaints: string[] = [];
    const { code } = await host.execute(["run", "good.yaml", "--to", "good.zarr"]);
    if (code !== 0) throw new Error("the right input does not run");
    const before = await standing(host.folder);
    for (const input of inputs) {
      const found = complaint(input, await host.execute(input.args));
      if (found) complaints.push(found);
    }
    if (await standing(host.folder) !== before) complaints.push("files were touched");
    const { code: shown, err } = await host.execute(["check", "wrong/0.yaml", "--debug"]);
    if (shown !== 2 || !/\n +at /.test(err)) complaints.push(`--debug shows no stack:\n${err}`);
    if (complaints.length) throw new Error(complaints.join("\n"));
    return `${inputs.length} of them`;
  },
};
