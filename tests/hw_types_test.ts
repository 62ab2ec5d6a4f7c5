import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import type { DeviceSpec } from "../src/core/device.ts";
import type { Frame, Setpoint } from "../src/core/point.ts";
import type { Rig } from "../src/core/rig.ts";
import { connect, type RigAxesOf, type RigReadingsOf, sim } from "../src/hw/mod.ts";

/** Whether two types are the same: compared inside a function type, where `any` and unions hide nothing. */
type Same<X, Y> = (<T>() => T extends X ? 1 : 2) extends (<T>() => T extends Y ? 1 : 2) ? true : false;
const same = <_ extends true>() => {};

const SPECS = {
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  shutter: sim.shutter(),
  filter: sim.filterWheel({ labels: ["BP600", "LP650"] }),
  diode: sim.photodiode(),
  lockin: sim.lockin(),
  camera: sim.camera({ shape: [4, 6] }),
};

type Axes = RigAxesOf<typeof SPECS>;
type Readings = RigReadingsOf<typeof SPECS>;

same<Same<keyof Axes, "x" | "shutter" | "filter" | "camera.exposure">>();
same<Same<Axes["x"], number>>();
same<Same<Axes["shutter"], "open" | "closed">>();
same<Same<Axes["filter"], "BP600" | "LP650">>();
same<Same<Axes["camera.exposure"], number>>();
same<Same<keyof Readings, "diode" | "lockin" | "lockin.X" | "lockin.Y" | "camera">>();
same<Same<Readings["diode"], { diode: number }>>();
same<Same<Readings["lockin"], { "lockin.X": number; "lockin.Y": number }>>();
same<Same<Readings["lockin.X"], { "lockin.X": number }>>();
same<Same<Readings["camera"], { camera: Frame }>>();

// A driver that says nothing about its names allows any of them.
type Loose = RigAxesOf<{ box: DeviceSpec }>;
same<
  Same<Loose, { box: Setpoint } & { [x: `box.${string}`]: Setpoint } extends infer O ? { [K in keyof O]: O[K] } : never>
>();

Deno.test("a rig's type knows its axes, labels and readings", async () => {
  await using rig = await connect(SPECS);
  same<typeof rig extends Rig<Axes, Readings> ? true : false>();
  assertEquals([...rig.axes.keys()].sort(), ["camera.exposure", "filter", "shutter", "x"]);
});

Deno.test("misspelt axes, labels and readings do not compile", async () => {
  const head = `import { connect, sim, type RigAxesOf, type RigReadingsOf } from ${
    JSON.stringify(new URL("../src/hw/mod.ts", import.meta.url).href)
  };
const specs = { x: sim.stage({ unit: "mm" }), shutter: sim.shutter(), lockin: sim.lockin() };
type Axes = RigAxesOf<typeof specs>; type Readings = RigReadingsOf<typeof specs>;
const go = (_: Partial<Axes>) => connect; const read = (_: keyof Readings) => {};
`;
  const wrong = [
    `go({ y: 1 });`,
    `go({ x: "open" });`,
    `go({ shutter: "opne" });`,
    `read("lockin.Z");`,
    `read("x");`,
    `connect({ x: 1 });`,
    `sim.filterWheel({ labels: ["a", "b"], start: "c" });`,
  ];
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = head.split("\n").length;
    await Deno.writeTextFile(file, `${head}go({ x: 1, shutter: "open" }); read("lockin.X");\n${wrong.join("\n")}\n`);
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", join(ROOT, "deno.json"), file],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    const flagged = new Set([...said.matchAll(/\.ts:(\d+):\d+/g)].map(([, line]) => Number(line)));
    assertEquals([...flagged].sort((a, b) => a - b), wrong.map((_, i) => lines + 1 + i), said);
  } finally {
    await Deno.remove(file);
  }
});
