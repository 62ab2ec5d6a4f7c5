/**
 * A night in a process of its own, to be killed: `streams_child.ts STORE [resume]`. A map with dark frames in between, the
 * rig at start and end, a gauge and the scan's own diode on clocks of their own. Readings at points depend on where the
 * axes are and on nothing else.
 */
import {
  around,
  type Axis,
  connect,
  type DeviceSpec,
  Frame,
  linspace,
  nest,
  resume,
  scan,
  snake,
  take,
} from "../mod.ts";

const [store, mode] = Deno.args, places: Record<string, number> = { x: 0, y: 0, z: 0 };

function axis(name: string): DeviceSpec<Record<"", number>, Record<never, never>> {
  const own: Axis = {
    unit: "mm",
    limits: [-100, 100],
    set: (to) => void (places[name] = Number(to)),
    readback: () => places[name],
  };
  return { driver: "test.axis", connect: () => ({ driver: "test.axis", axes: { "": own } }) };
}

const memory = new Uint16Array(48 * 64), sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let reading = 0;
const diode: DeviceSpec<Record<never, never>, Record<"", number>> = {
  driver: "test.diode",
  connect: () => ({
    driver: "test.diode",
    detector: {
      channels: { "": { unit: "V" } },
      async read() {
        if (reading++) throw new Error("two readings at once");
        await sleep(1);
        reading--;
        return places.x + 1000 * places.y;
      },
    },
  }),
};
const camera: DeviceSpec<Record<never, never>, Record<"", Frame>> = {
  driver: "test.camera",
  connect: () => ({
    driver: "test.camera",
    detector: {
      channels: { "": { unit: "count", dtype: "uint16", shape: [48, 64] } },
      async read() {
        await sleep(2);
        return new Frame(memory.fill(Math.round(places.x * 7 + places.y * 131 + places.z * 17 + 1000)), [48, 64]);
      },
    },
  }),
};
const gauge: DeviceSpec<Record<never, never>, Record<"", number>> = {
  driver: "test.gauge",
  connect: () => ({
    driver: "test.gauge",
    detector: { channels: { "": { unit: "Pa" } }, read: () => performance.now() },
  }),
};

await using rig = await connect({ x: axis("x"), y: axis("y"), z: axis("z"), diode, camera, gauge });
const plan = around(nest(linspace("y", 0, 9, 10), snake(linspace("x", 0, 49, 50))), {
  first: take("reference", ["diode"], { z: 3 }),
  every: [{ points: 17, do: take("dark", ["camera"], { z: 5 }) }, { line: "y", do: take("reference", ["diode"]) }],
});
const streams = { baseline: true, monitor: { gauge: { everyMs: 20 }, diode: { everyMs: 50 }, y: {} } };
const run = mode === "resume"
  ? await resume(store, rig, { quiet: true })
  : scan(plan, { rig, read: ["diode", "camera"], to: store, quiet: true, ...streams });
for await (const { pass, index } of run) console.log(JSON.stringify({ pass, index }));
console.log(JSON.stringify({ done: (await run.done).status }));
