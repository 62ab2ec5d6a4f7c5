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
  name:
    "ensureVenv() works once, then only when the pins changed or the interpreter is gone (needs a Python that makes venvs)",
  ignore: !hasPython,
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/pins.txt`, "");
      assertEquals(await venv(folder), { reason: undefined, said: ["making", "installing"] });
      assertEquals(await venv(folder), { reason: undefined, said: [] });
      await Deno.writeTextFile(`${folder}/pins.txt`, "# changed\n");
      assertEquals(await venv(folder), { reason: undefined, said: ["installing"] });
      await Deno.remove(venvPython(`${folder}/venv`));
      assertEquals(await venv(folder), { reason: undefined, said: ["making", "installing"] });
    }),
});

Deno.test({
  name: "ensureVenv() says what pip could not install, and tries again the next time (needs a Python that makes venvs)",
  ignore: !hasPython,
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/pins.txt`, "./no-such-wheel-1.0-py3-none-any.whl\n");
      for (const said of [["making", "installing"], ["installing"]]) {
        const { reason, ...rest } = await venv(folder);
        assertMatch(reason!, /^pip could not install .*pins\.txt: /);
        assertEquals(rest.said, said);
      }
    }),
});
