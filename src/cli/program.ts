import { Command } from "commander";
import { checkCommand } from "./commands/check.ts";
import { infoCommand } from "./commands/info.ts";
import { noteCommand } from "./commands/note.ts";
import { peaksCommand } from "./commands/peaks.ts";
import { plotCommand } from "./commands/plot.ts";
import { rechunkCommand } from "./commands/rechunk.ts";
import { resumeCommand } from "./commands/resume.ts";
import { runCommand } from "./commands/run.ts";
import { verifyCommand } from "./commands/verify.ts";
import { parseNames, parseSize } from "./parse_size.ts";
import { addExamples, withApproval, withCommandOptions, withRunOptions } from "./command_options.ts";
import { addRigCommands } from "./rig_commands.ts";
import { addPeakConditions } from "./peak_conditions.ts";
import { versionText } from "./version.ts";

function addRun(program: Command): void {
  const run = withCommandOptions(
    program.command("run").argument("<files...>", "YAML scans, or TypeScript files that run their own"),
  );
  run.description("run a scan, or several one after the other, and say where the data are")
    .option("--rig <file>", "the rig, instead of the file's own or the rig.yaml beside it");
  withRunOptions(run);
  run.option("--keep-going", "of several, run the next one also after one that failed")
    .option("--again", "the names are those of runs: measure by their plans once more");
  withApproval(run).action(runCommand);
  addExamples(
    run,
    "run map.yaml",
    'run map.yaml --sample "WSe2 7" --to map.zarr',
    "run zoom.yaml --yes",
    "run scan.ts",
    "run a.yaml b.yaml c.ts --keep-going",
    "run runs/2026-11-22/1-map.zarr --again --sample WSe2-8",
  );
}

function addResume(program: Command): void {
  const resume = withCommandOptions(
    program.command("resume").argument("<run>", "a run that was killed, stopped or failed"),
  );
  resume.description("take up a run at its next point, with the rig and plan that it was begun with")
    .option("--remeasure <which>", "failed: measure again the points whose readings failed")
    .option("--rig <file>", "the rig as it is now, where an address has changed or a device was replaced");
  withApproval(resume).action(resumeCommand);
  addExamples(resume, "resume map.zarr", "resume map.zarr --remeasure failed", "resume map.zarr --rig lab/rig.yaml");
}

function addCheck(program: Command): void {
  const check = withCommandOptions(program.command("check").argument("<file>", "a YAML scan"));
  check.description("say everything about a scan before anything moves")
    .option("--rig <file>", "the rig, instead of the file's own or the rig.yaml beside it")
    .action(checkCommand);
  addExamples(check, "check map.yaml", "check map.yaml --json");
}

function addInfo(program: Command): void {
  const info = withCommandOptions(program.command("info").argument("<run>", "a run, finished or not"));
  info.description("what a run is, how it ended, what it found and what it holds")
    .option("--log", "also what was decided on the way, and why")
    .action(infoCommand);
  addExamples(info, "info map.zarr", "info zoom.zarr --log", "info map.zarr --json");
}

function addNote(program: Command): void {
  const note = withCommandOptions(
    program.command("note").argument("<run>", "a run, finished or not").argument("<words...>", "what is to be noted"),
  );
  note.description("add a note to the log of a run, while it goes on or afterwards")
    .option("--by <name>", "who notes it, instead of the user of this computer")
    .action(noteCommand);
  addExamples(note, 'note map.zarr "laser realigned"', "note map.zarr the sample was upside down --by Ada");
}

function addPlot(program: Command): void {
  const plot = withCommandOptions(program.command("plot").argument("<runs...>", "runs, finished or not"));
  plot.description("a picture of a run, or of several over each other, in the terminal or in a file")
    .option("--detector <name>", "what to draw; the first detector when left out")
    .option("--at <places>", "where to cut an N-D run, as in wavelength=640.2,y=0")
    .option("-o, --out <file>", "a file: .svg, .html (one page, works offline), .txt or .json")
    .option("--no-peaks", "mark none");
  addPeakConditions(plot).action(plotCommand);
  addExamples(
    plot,
    "plot neon.zarr",
    "plot neon.zarr -o neon.svg --prominence 0.1",
    "plot map.zarr --at wavelength=640.2 -o map.html",
    "plot cold.zarr warm.zarr -o both.svg",
  );
}

function addPeaks(program: Command): void {
  const peaks = withCommandOptions(program.command("peaks").argument("<run>", "a run with one dimension"));
  peaks.description("the peaks of a line, by scipy's conditions").option(
    "--detector <name>",
    "the first detector when left out",
  );
  peaks.option("--save", "store them in the run, as its group peaks");
  addPeakConditions(peaks).action(peaksCommand);
  addExamples(peaks, "peaks neon.zarr --prominence 0.1", "peaks neon.zarr --height 0.5:2 --distance 5 --json");
}

function addVerify(program: Command): void {
  const verify = withCommandOptions(program.command("verify").argument("<run>", "a run, finished or not"));
  verify.description("read all of a run, and say what is whole and what is not").action(verifyCommand);
  addExamples(verify, "verify map.zarr", "verify map.zarr --json");
}

function addRechunk(program: Command): void {
  const rechunk = withCommandOptions(program.command("rechunk").argument("<run>", "a run that has ended"));
  rechunk.description("rewrite a run for how it is read")
    .requiredOption("--read-by <dimensions>", "what is read together, as in time or y,x", parseNames)
    .option("--memory <size>", "what it may take, as in 2GB (500MB)", parseSize)
    .option("--to <place>", "a new run, instead of changing this one")
    .action(rechunkCommand);
  addExamples(
    rechunk,
    "rechunk map.zarr --read-by wavelength",
    "rechunk map.zarr --read-by time --memory 2GB --to series.zarr",
  );
}

/** The `sonde` command and its sub-commands. It throws instead of exiting, so that one place decides the exit code. */
export function makeProgram(): Command {
  const program = new Command("sonde");
  program.description("Describes, runs and records laboratory scans").version(versionText());
  program.option("--debug", "show where an error came from").exitOverride().configureOutput({ writeErr: () => {} });
  addRun(program);
  addResume(program);
  addCheck(program);
  addInfo(program);
  addNote(program);
  addPlot(program);
  addPeaks(program);
  addRechunk(program);
  addVerify(program);
  addRigCommands(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  return program;
}
