import type { SmokeEnded, SmokeHost } from "./smoke_host.ts";

/** Something that an executable has to be able to do. */
export interface SmokeCheck {
  /** A sentence. */
  readonly name: string;
  /** Throws, or gives what is worth saying. */
  run(host: SmokeHost): Promise<string | void>;
}

const FAST = `rig:
  x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  diode: { driver: sim.photodiode, instant: true }
read: [diode]
plan: { kind: linspace, axis: x, start: -1, stop: 1, num: 101 }
`;
const SLOW = FAST.replace("instant: true }\nread", "dwellMs: 25 }\nread");
const FRAMES = `rig:
  x: { driver: sim.stage, unit: mm, limits: [-5, 5], instant: true }
  camera: { driver: sim.camera, shape: [480, 640], instant: true }
read: [camera]
plan: { kind: linspace, axis: x, start: -1, stop: 1, num: 24 }
`;
const SCRIPT = `import { connect, linspace, scan, sim } from "sonde";
await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5], instant: true }), diode: sim.photodiode() });
const points: number = (await scan(linspace("x", 0, 1, 5), { rig, read: ["diode"], to: "script.zarr" }).done).points;
console.log("points", points);
`;
const ARMED = `import { connect, sim, startWatchdog, withSafeState } from "sonde";
startWatchdog();
const args = [{ type: "text", value: "safe" }, { type: "i32", value: 0o700 }];
const act = { kind: "call", library: "${cLibrary()}", symbol: "mkdir", args };
await using rig = await connect({ x: withSafeState(sim.stage({ unit: "mm" }), [act]) });
await Deno.mkdir("armed");
await new Promise((resolve) => setTimeout(resolve, 30_000));
`;
const NAME = 'Ne–Ar "α" $HOME';

function ended(as: number, result: SmokeEnded): SmokeEnded {
  if (result.code === as) return result;
  throw new Error(`ended with ${result.code} instead of ${as}\n${result.out}${result.err}`);
}

function holds(what: string, right: boolean): void {
  if (!right) throw new Error(`not so: ${what}`);
}

async function info(host: SmokeHost, store: string): Promise<Record<string, unknown>> {
  return JSON.parse(ended(0, await host.execute(["info", store, "--json"])).out).attributes;
}

function cLibrary(): string {
  return { darwin: "libSystem.dylib", windows: "msvcrt.dll" }[Deno.build.os as string] ?? "libc.so.6";
}

/** A call of the C library, by what makes devices safe when the program is gone; it needs no device. */
function ffiCall(symbol: string): string {
  const actions = [{ kind: "call", library: cLibrary(), symbol, args: [{ type: "i32", value: -7 }] }];
  return JSON.stringify([{ device: "none", actions }]) + "\n";
}

/** Everything that has to work wherever the executable is copied to. */
export const SMOKE_CHECKS: readonly SmokeCheck[] = [
  {
    name: "it is Sonde, and says its version, commit and platform",
    async run(host) {
      const { out } = ended(0, await host.execute(["--version"]));
      if (/^deno \d/.test(out)) throw new Error("this is a copy of the Deno CLI: what was built holds no program");
      holds(`"${out.trim()}" names version, commit and platform`, /^sonde \d\S* \(commit \w+\+?, \w+-\w+/.test(out));
      return out.trim();
    },
  },
  {
    name: "wrong words end with exit code 2 and one line",
    async run(host) {
      const { err } = ended(2, await host.execute(["mëssen"]));
      holds("the word is named, in one line", err.includes("mëssen") && err.trim().split("\n").length === 1);
    },
  },
  {
    name: "a full scan goes to Zarr, with every argument as it was given",
    async run(host) {
      await host.write("schnell é.yaml", FAST);
      ended(0, await host.execute(["check", "schnell é.yaml"]));
      const { out } = ended(
        0,
        await host.execute(["run", "schnell é.yaml", "--to", "a b.zarr", "--name", NAME, "--json"]),
      );
      holds("101 points", JSON.parse(out).points === 101);
      const { name, exit_status } = await info(host, "a b.zarr");
      holds("the name and status are stored", name === NAME && exit_status === "success");
      ended(0, await host.execute(["verify", "a b.zarr"]));
    },
  },
  {
    name: "native libraries can be called (FFI)",
    async run(host) {
      ended(1, await host.execute(["watchdog"], { stdin: ffiCall("no_such_function") }));
      ended(0, await host.execute(["watchdog"], { stdin: ffiCall("abs") }));
    },
  },
  {
    name: "frames are compressed by Workers",
    async run(host) {
      await host.write("frames.yaml", FRAMES);
      ended(0, await host.execute(["run", "frames.yaml", "--to", "frames.zarr"]));
      ended(0, await host.execute(["verify", "frames.zarr"]));
    },
  },
  {
    name: "plotly.js is inside",
    async run(host) {
      ended(0, await host.execute(["plot", "a b.zarr", "-o", "page.html"]));
      const page = await host.read("page.html");
      holds("the page carries plotly.js", page.length > 1_000_000 && page.includes("Plotly"));
      ended(0, await host.execute(["plot", "a b.zarr"]));
    },
  },
  {
    name: "Ctrl-C ends a scan with exit code 130, its points kept",
    async run(host) {
      await host.write("slow.yaml", SLOW);
      const stop = { signal: "SIGINT", when: () => host.underWay("stopped.zarr") } as const;
      ended(130, await host.execute(["run", "slow.yaml", "--to", "stopped.zarr"], stop));
      holds("the run is aborted", (await info(host, "stopped.zarr")).exit_status === "aborted");
    },
  },
  {
    name: "a killed scan is taken up again, to the last point",
    async run(host) {
      const kill = { signal: "SIGKILL", when: () => host.underWay("killed.zarr") } as const;
      const { code } = await host.execute(["run", "slow.yaml", "--to", "killed.zarr"], kill);
      holds("it was killed", code !== 0 && (await info(host, "killed.zarr")).exit_status === "running");
      ended(0, await host.execute(["resume", "killed.zarr"]));
      const verified = ended(0, await host.execute(["verify", "killed.zarr"]));
      holds("the run is complete", (await info(host, "killed.zarr")).exit_status === "success");
      ended(0, await host.execute(["plot", "killed.zarr"]));
      return verified.out.trim().split("\n").at(-1);
    },
  },
  {
    name: "a TypeScript scan runs, or the error says what to do instead",
    async run(host) {
      await host.write("scan.ts", SCRIPT);
      const { code, out, err } = await host.execute(["run", "scan.ts"]);
      if (code === 0) return holds("5 points", out.includes("points 5"));
      holds(`"${err.trim()}" tells what to do`, code === 2 && err.includes("docs/executable.md"));
      return "not in this form; the error says so";
    },
  },
  {
    name: "a queue starts a process for each of its scans",
    async run(host) {
      await host.write("queue.yaml", FAST);
      const two = ["run", "queue.yaml", "queue.yaml", "--json"];
      const { runs } = JSON.parse(ended(0, await host.execute(two)).out) as { runs: { to: string[] }[] };
      holds("both have a store of their own", new Set(runs.flatMap(({ to }) => to)).size === 2);
    },
  },
  {
    name: "what the watchdog keeps is made safe after a kill",
    async run(host) {
      if (host.wrapped) return "not here: the namespace ends with the scan, and the watchdog with it";
      if (Deno.build.os === "windows") return "not here: its mkdir takes other arguments";
      await host.write("armed.ts", ARMED);
      const kill = { signal: "SIGKILL", when: () => host.appears("armed") } as const;
      const { code, err } = await host.execute(["run", "armed.ts"], kill);
      if (code === 2 && err.includes("docs/executable.md")) return "not in this form: its scans are YAML";
      await host.appears("safe");
    },
  },
  {
    name: "sonde init writes a rig and a plan that check and run",
    async run(host) {
      ended(0, await host.execute(["init", "neu"]));
      ended(0, await host.execute(["check", "neu/plan.yaml"]));
      ended(0, await host.execute(["run", "neu/plan.yaml", "--to", "init.zarr"]));
      ended(0, await host.execute(["verify", "init.zarr"]));
    },
  },
];
