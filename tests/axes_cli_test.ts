/** Axes that move others, units, forbidden places and backlash, as the command line knows them. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { inFolder, sonde } from "./cli_support.ts";

const write = (folder: string, name: string, text: string) => Deno.writeTextFile(join(folder, name), text);

const RIG = `
wavelength: { driver: sim.monochromator, limits: [500, 900], instant: true, backlash: 1 }
energy: { unit: eV, moves: { wavelength: 1239.842 / energy }, reads: 1239.842 / wavelength }
P1: { driver: sim.instant, unit: mV, limits: [-500, 500] }
P2: { driver: sim.instant, unit: mV, limits: [-500, 500] }
gates: { axes: [vg1, vg2], real: [P1, P2], matrix: [[1, 0.2], [0.1, 1]], unit: mV }
diode: { driver: sim.constant }
`;

const scanFile = (more: string) => `name: energies\nread: [diode]\nrig:${RIG.replaceAll("\n", "\n  ")}\n${more}\n`;

Deno.test("sonde move moves derived axes, several of one map by one move, and says which limit is in the way", () =>
  inFolder(async (folder) => {
    await write(folder, "rig.yaml", RIG);
    const { axes } = JSON.parse(
      (await sonde(folder, "move", "gates.vg1=100", "gates.vg2=50", "energy=2", "--json")).out,
    );
    assertEquals(axes.map(({ name, setpoint }: Record<string, unknown>) => [name, setpoint]), [
      ["gates.vg1", 100],
      ["gates.vg2", 50],
      ["energy", 2],
    ]);
    assertEquals(axes.slice(0, 2).map(({ readback }: { readback: number }) => Math.round(readback * 1e6) / 1e6), [
      100,
      50,
    ]);
    const refused = await sonde(folder, "move", "energy=3");
    assertEquals([refused.code, refused.err], [
      2,
      "error: energy 3 eV needs wavelength 413.281 nm; allowed: 500 … 900 nm\n",
    ]);
    const both = await sonde(folder, "move", "energy=2", "wavelength=700");
    assertEquals(both.code, 2);
    assertMatch(both.err, /wavelength cannot be in two places at once/);
  }));

Deno.test("sonde check refuses a file by forbidden places, derived limits and units, each with its place", () =>
  inFolder(async (folder) => {
    const check = async (more: string) => {
      await write(folder, "scan.yaml", scanFile(more));
      return await sonde(folder, "check", "scan.yaml");
    };
    const line = "plan: { kind: linspace, axis: energy, start: 1.5, stop: 2, num: 3 }";
    assertEquals((await check(line)).code, 0);
    for (
      const [more, says] of [
        [line.replace("1.5", "1"), /plan: energy 1 eV needs wavelength 1239\.84 nm; allowed: 500 … 900 nm/],
        [`forbid: ["wavelength > 800"]\n${line}`, /plan: wavelength 826\.\d+ is forbidden: wavelength > 800/],
        [
          line.replace("num: 3", "num: 3, unit: V"),
          /plan\.unit: unit "V" cannot be converted to the unit of energy in the rig, "eV"/,
        ],
        [`forbid: ["wavelenght > 800"]\n${line}`, /forbid\[0\]: .*did you mean "wavelength"\?/],
      ] as const
    ) {
      const { code, out, err } = await check(more);
      assertEquals(code, 2, out + err);
      assertMatch(out + err, says);
    }
  }));

Deno.test("sonde run scans a derived axis in another unit, and the store has it in that of the axis", () =>
  inFolder(async (folder) => {
    const plan = "plan: { kind: linspace, axis: energy, start: 1500, stop: 2000, num: 3, unit: meV }";
    await write(folder, "scan.yaml", scanFile(`forbid: ["wavelength > 890"]\n${plan}`));
    const { code, out, err } = await sonde(folder, "run", "scan.yaml", "--to", join(folder, "a.zarr"), "--json");
    assertEquals(code, 0, err);
    assertEquals(JSON.parse(out.trim().split("\n").at(-1)!).status, "success");
    assertMatch((await sonde(folder, "info", "a.zarr")).out, /energy/);
  }));
