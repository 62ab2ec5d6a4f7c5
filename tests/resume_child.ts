/**
 * A scan in a process of its own, to be killed: `resume_child.ts STORE KIND [resume]`. Readings depend on where the axes
 * are and on nothing else, so that a run that was killed and resumed can be compared with one that was not. It prints a
 * line for each point: its place, and how often that place has been measured by this process.
 */
import { type Axis, connect, type DeviceSpec, Frame, resume, scan } from "../mod.ts";
import { type PlanName, PLANS } from "./resume_plans.ts";

const [store, kind, mode] = Deno.args;
const places: Record<string, number> = { x: 0, y: 0 };

function axis(name: string): DeviceSpec<Record<"", number>, Record<never, never>> {
  return {
    driver: "test.axis",
    connect: () => ({
      driver: "test.axis",
      axes: {
        "": {
          unit: "mm",
          limits: [-100, 100],
          set: (to) => void (places[name] = Number(to)),
          readback: () => places[name],
        } satisfies Axis,
      },
    }),
  };
}

/** Small frames are encoded by the thread that measures, large ones by Workers. */
const shape = kind === "large" ? [640, 480] : [48, 64], memory = new Uint16Array(shape[0] * shape[1]);
const diode: DeviceSpec<Record<never, never>, Record<"", number>> = {
  driver: "test.diode",
  connect: () => ({
    driver: "test.diode",
    detector: { channels: { "": { unit: "V" } }, read: () => places.x + 1000 * places.y },
  }),
};
const camera: DeviceSpec<Record<never, never>, Record<"", Frame>> = {
  driver: "test.camera",
  connect: () => ({
    driver: "test.camera",
    detector: {
      channels: { "": { unit: "count", dtype: "uint16", shape } },
      async read() {
        await new Promise((resolve) => setTimeout(resolve, kind === "large" ? 10 : 2));
        if (places.x === 3 && places.y === 1) throw new Error("no frame here");
        return new Frame(memory.fill(Math.round(places.x * 7 + places.y * 131 + 1000)), shape);
      },
    },
  }),
};

await using rig = await connect({ x: axis("x"), y: axis("y"), diode, camera });
const { plan } = PLANS[kind as PlanName];
// The origin of a relative scan is that of its beginning, wherever somebody has moved the axis meanwhile.
Object.assign(places, { x: mode === "resume" && kind === "relative" ? 40 : 1, y: 1 });
const run = mode === "resume" ? await resume(store, rig, { plan: plan as never, quiet: true }) : scan(plan as never, {
  rig,
  read: ["diode", "camera"],
  to: store,
  onReadError: { retries: 0, then: "record" },
  quiet: true,
});
for await (const { pass, index, seqNum } of run) console.log(JSON.stringify({ pass, index, seqNum }));
console.log(JSON.stringify({ done: run.status.state }));
