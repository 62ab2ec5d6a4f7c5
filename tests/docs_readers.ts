import type { Step } from "./docs_session.ts";

/** What a reader has before a step, though the page does not show how. */
export interface Before {
  /** Files by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** What was done before, with nothing compared. */
  readonly commands?: readonly (string | Pick<Step, "kind" | "text">)[];
  /** Where the reader goes, from where they began; files and commands are meant there. */
  readonly folder?: string;
}

/** A page whose commands are run, and their outputs compared. */
export interface Page {
  /** Whether its programs are run too; those of other pages are run by `deno test --doc`. */
  readonly programs?: boolean;
  /** By the first line of a step; `""` is before all. */
  readonly before: Readonly<Record<string, Before>>;
}

const MANUAL = "it sets up the machine";

/** What is not done, by its first line, and why. */
export const NOT_DONE: Readonly<Record<string, string>> = {
  "git clone URL-OF-THIS-REPOSITORY sonde": MANUAL,
  "cd sonde": MANUAL,
  "deno task demo": MANUAL,
  "deno task demo   # a map, a neon spectrum, and the same lines by a scan that looks: data, pictures, what Python sees":
    MANUAL,
  "deno task test   # every check, test and example": MANUAL,
  "deno task lab   # JupyterLab on the notebooks, with the Deno kernel ready": MANUAL,
  "deno task lab": MANUAL,
  "neon · neon lamp": "the view of a run is at a terminal: tests/cli_view_test.ts",
  "sonde resume map.zarr --rig lab/rig.yaml":
    "it needs an instrument that was given another address: tests/cli_rig_test.ts",
  "sonde watch map.zarr | cat": "it follows another process: tests/cli_words_test.ts",
  "sonde doctor": "it says what this machine has: tests/cli_words_test.ts",
};

const X = "x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }";
const WAVELENGTH = "wavelength: { driver: sim.monochromator, unit: nm, limits: [400, 900] }";
const DIODE = "diode: { driver: sim.photodiode }";
const DIODE_AT_ONCE = "diode: { driver: sim.photodiode, instant: true }";
const scanOf = (rig: readonly string[], plan: string, more = "") =>
  `rig:\n${rig.map((device) => `  ${device}\n`).join("")}read: [diode]\n${more}plan: { ${plan} }\n`;
const LINE = "kind: linspace, axis: x, start: -1, stop: 1, num: 11";
const MAP = "kind: nest, plans: [{ kind: linspace, axis: y, start: -1, stop: 1, num: 9 }, " +
  "{ kind: linspace, axis: x, start: -1, stop: 1, num: 9 }]";

/** `examples/neon.yaml` as it is, but for the time that its 2501 points take. */
const NEON = `name: neon
sample: neon lamp
${
  scanOf(
    ["wavelength: { driver: sim.monochromator, unit: nm, limits: [400, 900], instant: true }", DIODE_AT_ONCE],
    "kind: linspace, axis: wavelength, start: 580, stop: 705, num: 2501",
  )
}`;

/** What stands alone in a page, by its first line: how it comes about. */
export const PROVOKED: Readonly<Record<string, Before & { readonly command: string }>> = {
  'error: plan.axis: the rig has no axis "wavelenght"; did you mean "wavelength"? Allowed: wavelength': {
    files: {
      "misspelt.yaml": scanOf([WAVELENGTH, DIODE], "kind: linspace, axis: wavelenght, start: 600, stop: 700, num: 3"),
    },
    command: "sonde check misspelt.yaml",
  },
  'error: rig.diode.driver: "sim.photodoide" is no driver; did you mean "sim.photodiode"? Allowed: sim.stage, …': {
    files: { "driver.yaml": scanOf([X, "diode: { driver: sim.photodoide }"], LINE) },
    command: "sonde check driver.yaml",
  },
  'error: rig.camera.settings.exposre: "exposre" is nothing that camera can be set to; did you mean "exposure"? Allowed: exposure':
    {
      files: { "wrong/rig.yaml": "camera: { driver: sim.camera, shape: [48, 64], settings: { exposre: 10 } }\n" },
      command: "sonde devices --rig wrong/rig.yaml",
    },
  "error: to: …/map.zarr exists already, and nothing is ever overwritten: choose another name": {
    command: "sonde run examples/map.yaml --to map.zarr",
  },
  "error: to: …/map.zarr is being written by process 4711 on lab-2: wait until that run ends, or choose another name": {
    files: { "busy/rig.yaml": X },
    commands: [{
      kind: "ts",
      text: `import { RunLock } from "${
        import.meta.resolve("../src/zarr/journal.ts")
      }";\nawait RunLock.take("busy/map.zarr");`,
    }],
    command: "sonde run examples/map.yaml --to busy/map.zarr",
  },
  "error: to: the run takes 84 TB before compression, and the disk of … has 12 GB free": {
    files: {
      "huge.yaml": `rig: { camera: { driver: sim.camera, shape: [4096, 4096] } }\nread: [camera]\n` +
        "plan: { kind: repeat, num: 2500000 }\n",
    },
    command: "sonde run huge.yaml",
  },
};

/** The pages, by their path in the repository. */
export const PAGES: Readonly<Record<string, Page>> = {
  "README.md": { before: { "": { files: { "examples/neon.yaml": NEON } } } },
  "docs/getting-started.md": { programs: true, before: { "": { files: { "examples/neon.yaml": NEON } } } },
  "docs/cli.md": {
    before: {
      "sonde check typo.yaml": {
        files: { "typo.yaml": scanOf([X, DIODE], "kind: linspace, axis: x, start: 0, stop: 1, numb: 11") },
      },
      "sonde check far.yaml --json": {
        files: { "far.yaml": scanOf([X, DIODE], "kind: linspace, axis: x, start: 0, stop: 7, num: 11") },
      },
      "sonde run neon.yaml far.yaml none.yaml": {
        files: {
          "rig.yaml": `${WAVELENGTH}\n`,
          "neon.yaml": `name: neon\nsample: neon lamp\n${
            scanOf([WAVELENGTH, DIODE], "kind: linspace, axis: wavelength, start: 636, stop: 644, num: 101")
          }`,
          "far.yaml": scanOf([WAVELENGTH, DIODE], "kind: linspace, axis: wavelength, start: 600, stop: 950, num: 11"),
          "dark.yaml": "name: dark\n" + scanOf(
            [X, "diode: { driver: sim.photodiode, dwellMs: 60 }"],
            "kind: linspace, axis: x, start: 0, stop: 1, num: 1",
            "readTimeoutMs: 5\nonReadError: { retries: 0, then: abort }\n",
          ),
          "map.yaml": "name: map\n" + scanOf([X.replace("x", "y"), X, DIODE], MAP),
        },
      },
      "sonde run runs/2026-11-22/1-neon.zarr --again --rig rig.yaml": {
        files: { "rig.yaml": `${WAVELENGTH.replace("400", "500")}\n${DIODE}\n` },
      },
      "sonde check derived.yaml": {
        files: {
          "derived.yaml": scanOf(
            [X, "lockin: { driver: sim.lockin }", DIODE],
            LINE,
            'derive: { R: "hypot(lockin.X, lockin.Y))" }\n',
          ),
        },
      },
      "sonde info zoom.zarr --log": { commands: ["sonde run examples/zoom.yaml --to zoom.zarr"] },
      "sonde plot neon.zarr --prominence 0.3": {
        files: { "spectrum.yaml": NEON },
        commands: ["sonde run spectrum.yaml --to neon.zarr"],
      },
      "sonde plot cold.zarr warm.zarr -o both.svg": {
        files: { "line.yaml": scanOf([X, DIODE], LINE) },
        commands: ["cold", "warm", "line"].map((name) => `sonde run line.yaml --to ${name}.zarr`),
      },
      "sonde verify map.zarr": {
        files: { "map.zarr/camera/notes.txt": "all is well\n" },
        commands: [{
          kind: "ts",
          text: `const file = await Deno.open("map.zarr/camera/c/0/0/0/0", { write: true });
await file.seek(5000, Deno.SeekMode.Start);
await file.write(new Uint8Array(500));
file.close();`,
        }],
      },
      "sonde rechunk series.zarr --read-by x --to by_x.zarr": {
        files: {
          "series.yaml":
            `rig:\n  ${X}\n  camera: { driver: sim.camera, shape: [96, 128], instant: true }\nread: [camera]\n` +
            "plan: { kind: linspace, axis: x, start: -1, stop: 1, num: 400 }\n",
        },
        commands: ["sonde run series.yaml --to series.zarr"],
      },
      "sonde devices": { folder: "lab" },
      "sonde scan diode wavelength 600 700 101": {
        folder: "words",
        files: {
          "rig.yaml": `${[WAVELENGTH, DIODE, X.replace("x", "y"), X].join("\n")}
camera: { driver: sim.camera, shape: [48, 64], instant: true }
filter: { driver: sim.filterWheel, labels: [BP600, BP650], instant: true }
`,
        },
      },
      "sonde ls --since yesterday": {
        folder: "catalogue",
        files: {
          "neon.yaml": `name: neon\nsample: neon lamp\n${
            scanOf([WAVELENGTH, DIODE], "kind: linspace, axis: wavelength, start: 636, stop: 644, num: 101")
          }`,
          "map.yaml": "name: map\nsample: WSe2 7\n" + scanOf([X.replace("x", "y"), X, DIODE], MAP),
        },
        commands: ["sonde run neon.yaml", "sonde run map.yaml --to map.zarr", {
          kind: "ts",
          text: `const root = JSON.parse(await Deno.readTextFile("map.zarr/zarr.json"));
root.attributes.exit_status = "running";
for (const name of ["ended_at", "actual", "exit_reason"]) delete root.attributes[name];
await Deno.writeTextFile("map.zarr/zarr.json", JSON.stringify(root));`,
        }],
      },
    },
  },
};
