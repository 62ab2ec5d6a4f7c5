/**
 * A scan in a process of its own, to be killed while it does something else than measuring: `interlude_kill_child.ts STORE SHUTTER KIND`.
 * The shutter stands where the file `SHUTTER` says, in whatever process: a kill does not open it. The diode reads x where it
 * is open, and 0 where it is closed. It prints a line of JSON for each point, and for each place that the shutter has reached.
 */
import {
  type Around,
  around,
  type Axis,
  connect,
  type DeviceSpec,
  linspace,
  type Plan,
  scan,
  set,
  take,
} from "../mod.ts";

const closed = { shutter: "closed" } as const, line = linspace("x", 1, 10, 10);
const hold = { unless: "ring > 50", set: closed };

/** What the scans of this process do. */
export const KINDS: Readonly<Record<string, { readonly plan: Plan; readonly hold?: typeof hold }>> = {
  hold: { plan: line, hold },
  around: {
    plan: around(line, {
      first: set({ shutter: "open" }),
      every: { points: 4, do: take("dark", ["diode"], closed) },
      last: set(closed),
    }) as Around,
  },
};

/** The laboratory; `ring` is the current of the storage ring. */
export function laboratory(
  shutter: string,
  ring: () => number,
  say: (event: Record<string, unknown>) => void = () => {},
) {
  let x = 0, stands = Deno.readTextFileSync(shutter);
  const device = (axis: Axis): DeviceSpec<Record<"", number | string>, Record<never, never>> => ({
    driver: "test.axis",
    connect: () => ({ driver: "test.axis", axes: { "": axis } }),
  });
  const detector = (read: () => number): DeviceSpec<Record<never, never>, Record<"", number>> => ({
    driver: "test.detector",
    connect: () => ({ driver: "test.detector", detector: { channels: { "": { unit: "V" } }, read } }),
  });
  return connect({
    x: device({ unit: "mm", limits: [0, 100], set: (to) => void (x = Number(to)), readback: () => x }),
    shutter: device({
      unit: "",
      labels: ["open", "closed"],
      async set(to) {
        say({ going: to });
        await new Promise((resolve) => setTimeout(resolve, 20));
        Deno.writeTextFileSync(shutter, stands = String(to));
        say({ shutter: to });
      },
      readback: () => stands,
    }),
    diode: detector(() => stands === "open" ? x : 0),
    ring: detector(ring),
  });
}

if (import.meta.main) {
  const [store, shutter, kind] = Deno.args, say = (event: unknown) => console.log(JSON.stringify(event));
  let current = 200;
  await using rig = await laboratory(shutter, () => current, say);
  const run = scan(
    KINDS[kind].plan as never,
    { rig, read: ["diode"], hold: KINDS[kind].hold, watchMs: 20, to: store, quiet: true } as never,
  );
  for await (const { pass, seqNum } of run) {
    say({ pass, seqNum });
    // The beam is lost, for good.
    if (kind === "hold" && seqNum === 4) current = 0;
  }
  say({ done: run.status.state });
}
