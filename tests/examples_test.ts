import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { runCommand } from "../tools/run_command.ts";

const MINUTE_MS = 60_000;

const entries = await Array.fromAsync(Deno.readDir(join(ROOT, "examples"))).catch(() => []);

for (const { name } of entries.filter(({ name }) => name.endsWith(".ts"))) {
  Deno.test(`examples/${name} runs as it stands, wherever it is called`, async () => {
    const cwd = await Deno.makeTempDir({ prefix: "sonde examples é " });
    try {
      const args = ["run", "-A", join(ROOT, "examples", name)];
      const { code, text, late } = await runCommand(Deno.execPath(), args, { cwd, timeoutMs: 3 * MINUTE_MS });
      assertEquals({ code, late }, { code: 0, late: false }, text);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  });
}
