// Does what a page has a reader do: `docs_session_child.ts PAGE`, in a fresh folder. The last line on standard output is what came of
// each step, as JSON; everything that the steps print is caught, standard output and standard error in the order in which they come.
import { format } from "node:util";
import { dirname, join } from "@std/path";
import { toFileUrl } from "../src/cli/to_file_url.ts";
import { ROOT } from "../tools/root.ts";
import { PYTHON } from "./python.ts";
import { NOT_DONE, type Page, PAGES, PROVOKED } from "./docs_readers.ts";
import { type Done, type Step, stepsOf, wordsOf } from "./docs_session.ts";

const write = Deno.stdout.writeSync.bind(Deno.stdout), decoder = new TextDecoder();
let caught = "";
for (const stream of [Deno.stdout, Deno.stderr]) {
  stream.writeSync = (bytes) => (caught += decoder.decode(bytes), bytes.length);
}
for (const name of ["log", "info", "warn", "error"] as const) {
  console[name] = (...args: unknown[]) => void (caught += `${format(...args)}\n`);
}
const { main } = await import("../src/cli/main.ts");

async function placesBelow(folder: string): Promise<string[]> {
  const places: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const place = join(folder, name);
    places.push(place);
    if (isDirectory && !name.endsWith(".zarr")) places.push(...await placesBelow(place));
  }
  return places;
}

let programs = 0;

/** A program in this process, with the import map of the tests. */
async function runProgram(text: string): Promise<number> {
  const file = join(Deno.cwd(), `program-${++programs}.ts`);
  await Deno.writeTextFile(file, text);
  await import(toFileUrl(file));
  return 0;
}

/** Without `.venv` what Python prints is not compared. */
const hasPython = await Deno.stat(PYTHON).then(() => true, () => false);

async function runPython(text: string): Promise<number> {
  const { code, stdout, stderr } = await new Deno.Command(PYTHON, { args: ["-c", text], stdin: "null" }).output();
  caught += decoder.decode(stderr) + decoder.decode(stdout);
  return code;
}

async function runCommand(command: string): Promise<number> {
  const places = await placesBelow(".");
  // A run of the day is the last of its name.
  const here = command.replace(/^deno task sonde /, "sonde ").replaceAll(
    /runs\/\d{4}-\d\d-\d\d\/\d+-([\w.]+)/g,
    (run, name) => {
      return places.filter((place) => place.startsWith("runs") && place.endsWith(`-${name}`)).sort().at(-1) ?? run;
    },
  );
  const words = wordsOf(here, places);
  if (words[0] === "sonde") return await main(words.slice(1));
  throw new Error(`nobody knows how to do this: ${command}`);
}

async function carryOut({ kind, text }: Pick<Step, "kind" | "text">): Promise<number> {
  if (kind === "ts") return await runProgram(text);
  if (kind === "python") return await runPython(text);
  return await runCommand(text);
}

/** What has to be there before a step, quietly. */
async function prepare({ files = {}, commands = [], folder }: Page["before"][string] = {}): Promise<void> {
  if (folder) {
    await Deno.mkdir(join(start, folder), { recursive: true });
    Deno.chdir(join(start, folder));
  }
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(name), { recursive: true });
    await Deno.writeTextFile(name, text);
  }
  for (const command of commands) {
    await carryOut(typeof command === "string" ? { kind: "command", text: command } : command);
  }
}

const start = Deno.cwd(), [name] = Deno.args, page = PAGES[name], done: Done[] = [];
await prepare(page.before[""]);
for (const step of stepsOf(await Deno.readTextFile(join(ROOT, name)))) {
  const firstLine = step.text.split("\n")[0];
  const provoked = step.kind === "output" ? PROVOKED[firstLine] : undefined;
  if (firstLine in NOT_DONE || (step.kind === "ts" && !page.programs)) continue;
  if (step.kind === "python" && (!step.printed || !page.programs || !hasPython)) continue;
  await prepare(page.before[firstLine]);
  await prepare(provoked);
  caught = "";
  const said = step.kind === "output" && provoked ? { ...step, printed: step.text, text: provoked.command! } : step;
  const code = await carryOut(said).catch((thrown) => {
    caught += thrown instanceof Error ? thrown.stack : String(thrown);
    return -1;
  });
  done.push({ step: said, code, output: caught.trimEnd() });
}
write(new TextEncoder().encode(`\n${JSON.stringify(done)}\n`));
Deno.exit(0);
