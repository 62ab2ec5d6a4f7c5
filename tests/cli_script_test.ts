import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { files, inFolder, sonde } from "./cli_support.ts";

const LIBRARY = new URL("../mod.ts", import.meta.url).href;

/** A script whose last line is all that differs. */
function script(last: string): string {
  return `import { connect, linspace, scan, sim } from ${JSON.stringify(LIBRARY)};
async function measure(to: string) {
  const rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5], instant: true }), n: sim.counter() });
  for await (const { setpoint } of scan(linspace("x", 0, 1, 5), { rig, read: ["n"], to })) console.log(setpoint.x);
}
${last}
`;
}

Deno.test("a script that does not wait for its scan is waited for, and its error is one line", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.ts"), script(`measure("a.zarr").then(() => measure("b.zarr"));`));
    const { code, out, err } = await sonde(folder, "run", "a.ts");
    assertEquals([code, out], [0, "0\n0.25\n0.5\n0.75\n1\n".repeat(2)], err);
    assertEquals(files(folder), ["a.ts", "a.zarr", "b.zarr"]);
    await Deno.writeTextFile(join(folder, "c.ts"), script(`measure("a.zarr");`));
    const again = await sonde(folder, "run", "c.ts");
    assertEquals([again.code, again.out], [2, ""], again.err);
    assertMatch(again.err, /(^|\n)error: to: .*a\.zarr exists already, .*\n$/);
  }));

Deno.test("a script that cannot be loaded is refused in one line, with exit code 2", () =>
  inFolder(async (folder) => {
    for (
      const [text, says] of [
        ["const x: = 3;\n", /^error: wrong\.ts: cannot be loaded: .*wrong\.ts:1:10\)\n$/],
        ['import "./none.ts";\n', /^error: wrong\.ts: cannot be loaded: .*none\.ts.*\n$/],
      ] as const
    ) {
      await Deno.writeTextFile(join(folder, "wrong.ts"), text);
      const { code, out, err } = await sonde(folder, "run", "wrong.ts");
      assertEquals([code, out], [2, ""], err);
      assertMatch(err, says);
    }
  }));
