import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { jsonLines, pseudoTerminal, terminalTest } from "./pseudo_terminal.ts";

const CHILD = join(import.meta.dirname!, "hold_interrupt_child.ts");
const ARGS = ["run", "-A", "--config", join(import.meta.dirname!, "..", "deno.json"), CHILD];

terminalTest(
  "Ctrl-C while a hold closes the shutter pauses; then it is closed, held, and opened before the run goes on",
  async () => {
    await using terminal = pseudoTerminal([Deno.execPath(), ...ARGS], { piped: true });
    const said = (wanted: Record<string, unknown>) =>
      terminal.prints((line) => {
        const got: Record<string, unknown> = JSON.parse(line);
        return Object.entries(wanted).every(([name, entry]) => got[name] === entry);
      });
    await said({ device: "shutter", action: "set", setpoint: "closed" });
    await terminal.signal("SIGINT", 100);
    await said({ transition: "paused: Ctrl-C, the axes are stopped" });
    await terminal.type("\r", 100);
    const { out } = await terminal.ended;
    const lines = jsonLines(out) as Record<string, unknown>[];
    const sets = lines.filter(({ action }) => action === "set").map(({ setpoint }) => setpoint);
    assertEquals(sets, ["closed", "closed", "open"]);
    assertEquals(lines.find(({ status }) => status), { status: "success", points: 5, stands: "open" });
    assertEquals(lines.filter(({ point }) => point !== undefined).map(({ point }) => point), [0, 1, 2, 3, 4]);
  },
);
