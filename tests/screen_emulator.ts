import { python } from "./python.ts";

/** What was written to a terminal of one size. */
export interface Written {
  /** With its escape sequences. */
  readonly text: string;
  /** Of the terminal, from this text on. */
  readonly columns: number;
  /** As well. */
  readonly rows: number;
}

/** What a person sees. */
export interface Shown {
  /** The rows of the screen, without blanks at their ends and without empty rows at the bottom. */
  readonly screen: string;
  /** Rows that were scrolled out of it. */
  readonly history: string;
  /** Whether there is a cursor. */
  readonly cursor: boolean;
  /** Whether long lines are wrapped, as they were before. */
  readonly wraps: boolean;
  /** Cells with a colour. */
  readonly coloured: number;
}

/** What pyte, an emulator of terminals, shows after each of these; each list is a terminal of its own. */
export async function screensOf(terminals: readonly (readonly Written[])[]): Promise<Shown[][]> {
  return await python<Shown[][]>(PROGRAM, terminals);
}

/** What a terminal shows in the end. */
export async function screenOf(...written: readonly Written[]): Promise<Shown> {
  const [shown] = await screensOf([written]);
  return shown.at(-1)!;
}

const PROGRAM = `
import pyte
def row(screen, cells):
    return "".join(cells[x].data for x in range(screen.columns)).rstrip()
def shown(screen):
    cells = [screen.buffer[y][x] for y in range(screen.lines) for x in range(screen.columns)]
    return {
        "screen": "\\n".join(row(screen, screen.buffer[y]) for y in range(screen.lines)).rstrip("\\n"),
        "history": "\\n".join(row(screen, cells) for cells in screen.history.top),
        "cursor": not screen.cursor.hidden,
        "wraps": pyte.modes.DECAWM in screen.mode,
        "coloured": sum(cell.fg != "default" or cell.bg != "default" for cell in cells),
    }
def run(written):
    screen = pyte.HistoryScreen(written[0]["columns"], written[0]["rows"], history=10000, ratio=0.0001)
    stream = pyte.Stream(screen)
    for part in written:
        if (screen.columns, screen.lines) != (part["columns"], part["rows"]):
            screen.resize(part["rows"], part["columns"])
        stream.feed(part["text"])
        yield shown(screen)
print(json.dumps([list(run(written)) for written in data]))
`;
