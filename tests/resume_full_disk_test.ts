import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  around,
  type Axis,
  connect,
  type DeviceSpec,
  Frame,
  linspace,
  nest,
  openRun,
  type Plan,
  resume,
  scan,
  take,
  verifyRun,
} from "../mod.ts";
import { random } from "../src/core/random.ts";
import { python } from "./python.ts";
import { fillDisk, mount, mountable, unmount } from "./tmpfs.ts";
import { filesIn, withFolder } from "./zarr_fixture.ts";

const grid = nest(linspace("y", 0, 2, 3), linspace("x", 0, 19, 20));
const PLANS: Readonly<Record<string, Plan>> = {
  "a grid": grid,
  "a grid with readings in between": around(grid, {
    every: { points: 4, do: take("dark", ["diode", "camera"], { x: 50 }) },
  }) as Plan,
};

/** Readings depend on where the axes are and on nothing else; frames do not shrink. */
function laboratory() {
  const places = { x: 0, y: 0 };
  const axis = (name: "x" | "y"): DeviceSpec<Record<"", number>, Record<never, never>> => {
    const own: Axis = {
      unit: "mm",
      limits: [0, 100],
      set: (to) => void (places[name] = Number(to)),
      readback: () => places[name],
    };
    return { driver: "test.axis", connect: () => ({ driver: "test.axis", axes: { "": own } }) };
  };
  const noise = () => {
    const chance = random(1, `${places.x} ${places.y}`);
    return new Frame(Uint16Array.from({ length: 10_000 }, () => chance.uniform() * 65536), [100, 100]);
  };
  const diode: DeviceSpec<Record<never, never>, Record<"", number>> = {
    driver: "test.diode",
    connect: () => ({
      driver: "test.diode",
      detector: { channels: { "": { unit: "V" } }, read: () => places.x + 100 * places.y },
    }),
  };
  const camera: DeviceSpec<Record<never, never>, Record<"", Frame>> = {
    driver: "test.camera",
    connect: () => ({
      driver: "test.camera",
      detector: { channels: { "": { unit: "count", dtype: "uint16", shape: [100, 100] } }, read: noise },
    }),
  };
  return connect({ x: axis("x"), y: axis("y"), diode, camera });
}

/** All arrays but the times and the log, as numbers or hashes of them. */
async function contents(place: string): Promise<unknown> {
  return await python(
    `
import hashlib, xarray as xr
found = {}
for node in xr.open_datatree(data, engine="zarr").subtree:
    for name, array in node.to_dataset().variables.items():
        if name != "timestamp" and node.path != "/log":
            found[f"{node.path}/{name}"] = hashlib.sha256(array.values.tobytes()).hexdigest()
print(json.dumps(found))`,
    place,
  );
}

/** The numbers of the points that have a status. */
async function stored(place: string): Promise<Set<number>> {
  const run = await openRun(place), numbers = new Set<number>();
  for (const [name, array] of run.arrays) {
    if (!/^(.*\/)?seq_num$/.test(name) || name.startsWith("log/")) continue;
    for (const number of (await array.read()).data as BigInt64Array) if (number >= 0) numbers.add(Number(number));
  }
  return numbers;
}

const nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

for (const [what, plan] of Object.entries(PLANS)) {
  Deno.test({
    name: `a run (${what}) whose disk gets full is taken up when there is room again (needs the right to mount)`,
    ignore: !mountable,
    fn: () =>
      withFolder(async (folder) => {
        const disk = join(folder, "disk"), whole = join(folder, "whole.zarr"), store = join(disk, "full.zarr");
        await Deno.mkdir(disk);
        assert(await mount(disk, "size=8m"));
        try {
          await using rig = await laboratory();
          // A path that looks at its points goes on at the first that is missing, whatever is there of later ones.
          const keptOf = (there: ReadonlySet<number>) => {
            let next = 0;
            while (there.has(next)) next++;
            return plan === grid ? there.size : next;
          };
          const given = { rig, read: ["diode", "camera"], quiet: true } as const;
          const { points } = await scan(plan as never, { ...given, to: whole }).done;
          let seen = 0, full = false;
          const over = async () => {
            for await (const _ of scan(plan as never, { ...given, to: store })) {
              seen++;
              // Some of it is in the store by now, and some is not.
              if (!full && seen > 10 && (await stored(store)).size) {
                fillDisk(join(disk, "filler"));
                full = true;
              }
              await nap(seen < points - 1 ? 40 : 1500);
            }
          };
          await assertRejects(over, Error, "the disk is full");
          const before = await stored(store);
          assert(before.size > 0 && before.size < points, `${before.size} of ${points}`);
          // Points may be missing that the run counted, but nothing that is there is torn.
          const torn = (await verifyRun(store)).findings.filter(({ message }) => /decoded|torn|checksum/.test(message));
          assertEquals(torn, []);

          // There is no room yet.
          await assertRejects(
            async () => await (await resume(store, rig, { quiet: true })).done,
            Error,
            "the disk is full",
          );
          const kept = keptOf(before);
          assertEquals(keptOf(await stored(store)), kept);
          await Deno.remove(join(disk, "filler"));

          const again: number[] = [];
          for await (const { seqNum } of await resume(store, rig, { quiet: true })) again.push(seqNum);
          assert(again.length <= points - kept, `${again.length} of ${points} again, and ${kept} were there`);
          assertEquals(await contents(store), await contents(whole));
          const { whole: sound, findings } = await verifyRun(store);
          assert(sound, JSON.stringify(findings));
          assertEquals((await openRun(store)).attributes.exit_status, "success");
          assertEquals((await filesIn(disk)).filter((file) => !file.startsWith("full.zarr/")), []);
        } finally {
          await unmount(disk);
        }
      }),
  });
}
