/** What one fenced block of a page has a reader do, or see. */
export interface Step {
  readonly line: number;
  /** `command`: words for a shell; `ts` and `python`: a program; `output`: what stands alone, said by no command of the page. */
  readonly kind: "command" | "ts" | "python" | "output";
  readonly text: string;
  /** What the page says that comes of it; nothing said, nothing compared. */
  readonly printed?: string;
}

/** What came of a step. */
export interface Done {
  readonly step: Step;
  /** The exit code; −1 when it threw. */
  readonly code: number;
  /** What came on standard output and standard error, in its order. */
  readonly output: string;
}

/**
 * A page as a reader goes through it: the commands and programs of its fenced blocks in order, each with what the page says it prints.
 *
 * A block without a language that begins with `$ ` is a session: commands behind `$ `, and what each prints below it. One whose lines
 * begin with `sonde ` holds commands. One of errors holds what the page says of a mistake in words, a step each. Any other is what the
 * program or the last command above it prints. `deno run` runs the program above it. Blocks of other languages, YAML among them, have
 * tests of their own.
 */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  let awaits = false, line = 1;
  for (const part of page.split(/^(```[^]*?^```)$/m)) {
    const from = line, [, language, text] = /^```(\w*)\n([^]*?)```$/.exec(part) ?? [];
    line += part.split("\n").length - 1;
    if (language === undefined) {
      // A heading between a program and an output parts them.
      if (/^#/m.test(part)) awaits = false;
    } else if (language === "sh" || (!language && /^sonde /.test(text))) {
      for (const command of text.split("\n").filter((one) => one.trim())) {
        if (command.startsWith("deno run ")) steps.push({ ...steps.pop()!, line: from });
        else steps.push({ line: from, kind: "command", text: command });
      }
      awaits = true;
    } else if (language === "ts" || language === "python") {
      steps.push({ line: from, kind: language, text });
      awaits = true;
    } else if (!language && text.startsWith("$ ")) {
      for (const one of text.split(/^\$ /m).slice(1)) {
        const [command, ...printed] = one.split("\n"), said = printed.join("\n").trimEnd();
        steps.push({ line: from, kind: "command", text: command, ...(said && { printed: said }) });
      }
      awaits = false;
    } else if (!language && text.startsWith("error: ")) {
      for (const one of text.trimEnd().split(/\n(?=error: )/)) steps.push({ line: from, kind: "output", text: one });
    } else if (!language && awaits) {
      steps.push({ ...steps.pop()!, printed: text.trimEnd() });
      awaits = false;
    } else if (!language) {
      steps.push({ line: from, kind: "output", text: text.trimEnd() });
    }
  }
  return steps;
}

/**
 * What differs from reader to reader, and what stands for it: on both sides, so that a page shows a real run. Everything else is
 * compared to the letter: points, readings, errors, sizes before compression, names.
 */
const VARIES: readonly (readonly [RegExp, string])[] = [
  // How long things take, or are thought to take: simulated devices wait by the timers of the machine.
  [/\b\d+(\.\d+)? (ms|s|min|h)\b/g, "{time}"],
  [/"(timeMs|min|max)":\d+\.\d+/g, '"$1":{time}'],
  [/"timeMs":\d+,"to"/g, '"timeMs":{time},"to"'],
  [/: move \d[\d.]* %(,\s+\w+ \d[\d.]* %)+/g, ": {parts}"],
  // Sizes that are compressed, in a table and below a run.
  [/\{time\} +\d+ kB/g, "{time} {size}"],
  [/^(\{time\}, estimated .*); \d+(\.\d+)? [kM]?B$/gm, "$1; {size}"],
  // When, which run of the day, and which run of all.
  [/\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d\.\d+Z)?)?/g, "{date}"],
  [/\{date\}\/\d+-/g, "{date}/{number}-"],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "{id}"],
  // Free space, and who else writes.
  [/\d+ [MGT]B free/g, "{space} free"],
  [/by process \d+ on [\w.-]+/g, "by process {number} on {host}"],
];

/** What stands for `…` on a line of its own. */
const LINES = "\uE000";

/** An output with what varies left out, and with no more white space than words need; pictures keep theirs. */
function plain(output: string, picture: boolean): string {
  let text = output.replaceAll(/^ *… *$/gm, LINES);
  for (const [varies, by] of VARIES) text = text.replace(varies, by);
  if (picture) return text.split("\n").map((line) => line.trimEnd()).join("\n");
  return /^\{"/.test(text) ? text.replaceAll(/\s+/g, "") : text.replaceAll(/\s+/g, " ").trim();
}

/** Dots between two ends of a range are said; all others leave something out. */
const LEFT_OUT = new RegExp(`${LINES}|(?<!\\d )…|…(?! -?\\d)`);

/**
 * Whether an output is what a page prints. White space counts in pictures only, since pages wrap lines; `…` in a page leaves out
 * anything, on a line of its own whole lines.
 */
export function isAsPrinted(printed: string, output: string): boolean {
  const picture = /[┤└█]/.test(printed), [wanted, came] = [printed, output].map((text) => plain(text, picture));
  const parts = wanted.split(LEFT_OUT).map((part) => RegExp.escape(picture ? part : part.trim()));
  return new RegExp(`^${parts.join("[^]*")}$`).test(came);
}

/** The words of a command as a shell takes them: quotes, `*`, and nothing behind `#`, `|` or `>`. */
export function wordsOf(command: string, places: readonly string[]): string[] {
  const words: string[] = [];
  for (const [, quoted, bare] of command.matchAll(/"([^"]*)"|(\S+)/g)) {
    if (bare && /^[#|>]/.test(bare)) break;
    if (!bare?.includes("*")) words.push(quoted ?? bare);
    else {words.push(...places.filter((place) =>
        new RegExp(`^${bare.split("*").map(RegExp.escape).join("[^/]*")}$`).test(place)
      ));}
  }
  return words;
}
