import { Argument, type Command, Option } from "commander";
import { addExamples, withApproval, withCommandOptions, withRig, withRunOptions } from "./command_options.ts";
import { completionsCommand } from "./commands/completions.ts";
import { devicesCommand } from "./commands/devices.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { initCommand } from "./commands/init.ts";
import { lsCommand } from "./commands/ls.ts";
import { moveCommand } from "./commands/move.ts";
import { readCommand } from "./commands/read.ts";
import { scanCommand } from "./commands/scan.ts";
import { watchCommand } from "./commands/watch.ts";
import { SHELLS } from "./completion_script.ts";
import { parseSince } from "./parse_since.ts";
import { parseCount, parseSeconds } from "./parse_count.ts";
import { SCAN_USAGE } from "./scan_words.ts";
import { SORTS } from "../wire/select_runs.ts";

function addInit(program: Command): void {
  const init = withCommandOptions(
    program.command("init").argument("[folder]", "where; the folder you are in when left out"),
  );
  init.description("write a commented rig and plan, ready to run on simulated devices").action(initCommand);
  addExamples(init, "init", "init lab");
}

function addDevices(program: Command): void {
  const devices = withRig(withCommandOptions(program.command("devices")));
  devices.description("connect the rig, and say what it has and where it stands").action(devicesCommand);
  addExamples(devices, "devices", "devices --rig lab/rig.yaml --json");
}

function addMove(program: Command): void {
  const move = withRig(
    withCommandOptions(program.command("move").argument("<moves...>", "AXIS=SETPOINT, as in x=1.5")),
  );
  move.description("move axes, all at once, and say where they are; Ctrl-C stops them").action(moveCommand);
  addExamples(move, "move x=1.5 y=0", "move camera.exposure=20 --rig lab/rig.yaml", "move shutter=open --json");
}

function addRead(program: Command): void {
  const read = withRig(
    withCommandOptions(program.command("read").argument("[detectors...]", "by name; all of the rig when left out")),
  );
  read.description("read detectors once").action(readCommand);
  addExamples(read, "read", "read diode camera", "read diode --json");
}

function addScan(program: Command): void {
  const scan = withRig(withCommandOptions(program.command("scan").argument("<words...>", SCAN_USAGE)));
  withApproval(withRunOptions(scan.description("run a scan that is said in words, on the rig of rig.yaml")))
    .option("--snake", "every second pass of the inner axes goes backwards")
    .option("--check", "measure nothing: say what the scan would be")
    .option("--save <file>", "measure nothing: write the scan to a new YAML file")
    .action(scanCommand);
  addExamples(
    scan,
    "scan diode wavelength 600 700 101",
    "scan diode camera y -1 1 11 x -1 1 11 --snake --to map.zarr",
    "scan diode filter=BP600,BP650 wavelength 600 700 101 --check",
  );
}

function addLs(program: Command): void {
  const ls = withCommandOptions(
    program.command("ls").argument("[folder]", "with runs in it, or below; the one you are in"),
  );
  ls.description("the catalogue of runs")
    .option("--name <text>", "only runs whose name holds this")
    .option("--sample <text>", "only runs whose sample holds this")
    .option("--operator <text>", "only runs of operators whose name holds this")
    .option(
      "--since <when>",
      "only runs from then on: 2026-11-22, today, yesterday, 12h, 3d, 2w",
      (text) => parseSince(text),
    )
    .option("--until <when>", "only runs from before then", (text) => parseSince(text))
    .option("--detector <name>", "only runs that read it")
    .option("--failed", "only runs that failed, or were aborted or killed")
    .option("--running", "only runs that are being written")
    .addOption(new Option("--sort <what>", "what they are sorted by (date)").choices(SORTS))
    .option("--reverse", "the other way round")
    .option("--limit <number>", "no more than so many, the last ones", parseCount)
    .action(lsCommand);
  addExamples(
    ls,
    "ls",
    "ls --sample WSe2-7 --since yesterday --failed",
    "ls runs --detector camera --since 3d",
    "ls --failed --sort size --json",
  );
}

function addWatch(program: Command): void {
  const watch = withCommandOptions(program.command("watch").argument("<run>", "a run that another process writes"));
  watch.description("follow a run until it ends")
    .option("--detector <name>", "what to draw; the first detector when left out")
    .option("--interval <seconds>", "between looks at the store (1 at a terminal, else 10)", parseSeconds)
    .action(watchCommand);
  addExamples(watch, "watch runs/2026-11-22/1-map.zarr", "watch map.zarr --json --interval 60");
}

function addDoctor(program: Command): void {
  const doctor = withCommandOptions(program.command("doctor"));
  doctor.description("what is missing on this machine, and how to get it").action(doctorCommand);
  addExamples(doctor, "doctor", "doctor --json");
}

function addCompletions(program: Command): void {
  const shell = new Argument("<shell>", "whose language").choices(SHELLS);
  const completions = withCommandOptions(program.command("completions").addArgument(shell));
  completions.description("a script that teaches a shell the words of sonde")
    .action((name, options) => completionsCommand(name, options, program));
  addExamples(
    completions,
    "completions bash >> ~/.bashrc",
    "completions zsh > ~/.zfunc/_sonde",
    "completions fish > ~/.config/fish/completions/sonde.fish",
  );
}

/** The commands beside those that take a scan file or a run: of the rig, the machine and the catalogue. */
export function addRigCommands(program: Command): void {
  addInit(program);
  addDevices(program);
  addMove(program);
  addRead(program);
  addScan(program);
  addLs(program);
  addWatch(program);
  addDoctor(program);
  addCompletions(program);
}
