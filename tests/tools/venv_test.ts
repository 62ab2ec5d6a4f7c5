import { assertEquals, assertMatch } from "@std/assert";
import { ensureVenv, venvPython } from "../../tools/venv.ts";

/** A folder with spaces and letters of no ASCII, since laboratories name theirs so. */
async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sonde mesuré " });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function venv(folder: string) {
  const said: string[] = [];
  const reason = await ensureVenv(`${folder}/venv`, `${folder}/pins.txt`, (line) => said.push(line));
  return { reason, said: said.map((line) => line.split(" ")[0]) };
}

const hasPython = await Deno.stat(venvPython(".venv")).then(() => true, () => false);

Deno.test({
  name: "ensureVenv() installs until it has, then only when the pins changed or the interpreter is gone" +
    (hasPython ? "" : " (needs a Python that makes virtual environments)"),
  ignore: !hasPython,
  fn: () =>
    inFolder(async (folder) => {
      const pins = `${folder}/pins.txt`;
      await Deno.writeTextFile(pins, "./no-such-wheel-1.0-py3-none-any.whl\n");
      for (const said of [["making", "installing"], ["installing"]]) {
        const { reason, ...rest } = await venv(folder);
        assertMatch(reason!, /^pip could not install .*pins\.txt: /);
        assertEquals(rest.said, said);
      }
      await Deno.writeTextFile(pins, "# nothing\n");
      assertEquals(await venv(folder), { reason: undefined, said: ["installing"] });
      assertEquals(await venv(folder), { reason: undefined, said: [] });
      await Deno.remove(venvPython(`${folder}/venv`));
      assertEquals(await venv(folder), { reason: undefined, said: ["making", "installing"] });
    }),
});
