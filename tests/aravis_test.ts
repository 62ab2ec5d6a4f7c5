import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DeviceError, InputError, LimitError } from "../src/core/errors.ts";
import type { Frame } from "../src/core/point.ts";
import type { Rig } from "../src/core/rig.ts";
import { aravis, connect, LibraryError } from "../src/hw/mod.ts";
import { aravisMissing } from "./aravis_missing.ts";

const ROI = { x: 0, y: 0, width: 64, height: 48 };
const op = { signal: new AbortController().signal };

function fake(options: Partial<Parameters<typeof aravis.camera>[0]> = {}) {
  return connect({ camera: aravis.camera({ id: "Fake_1", roi: ROI, frameRate: 200, exposureUs: 3000, ...options }) });
}

async function snap(rig: Rig): Promise<Frame> {
  const { detector } = rig.devices.get("camera")!;
  await detector!.trigger!(op);
  return (await detector!.read(op) as Frame).slice();
}

const mean = ({ data }: Frame) => Array.from(data, Number).reduce((sum, count) => sum + count, 0) / data.length;

/** A test that needs the library. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name: name + aravisMissing, ignore: aravisMissing !== "", fn: run });
}

test("aravis.camera() gives frames of the dtype and shape that it declares", async () => {
  for (const [pixelFormat, dtype, Of] of [["Mono8", "uint8", Uint8Array], ["Mono16", "uint16", Uint16Array]] as const) {
    await using rig = await fake({ pixelFormat });
    await using _staged = await rig.devices.get("camera")!.stage!(op);
    const frame = await snap(rig), channel = rig.channels.get("camera")!;
    assertEquals([channel.dtype, channel.shape, channel.dimensions], [dtype, [48, 64], ["y", "x"]]);
    assert(frame.data instanceof Of && frame.data.length === 48 * 64);
    assertEquals(frame.shape, [48, 64]);
    // The library's pattern rises along both diagonals: it is no empty buffer.
    assert(new Set(frame.data as Uint8Array).size > 10);
  }
});

test("a frame shows the exposure that was set just before its trigger, never an older one", async () => {
  await using rig = await fake();
  await using _staged = await rig.devices.get("camera")!.stage!(op);
  const exposure = rig.axes.get("camera.exposure")!;
  const brightness = async (us: number) => {
    await exposure.set(us, op);
    return mean(await snap(rig));
  };
  const [dim, bright, dimAgain] = [await brightness(3000), await brightness(9000), await brightness(3000)];
  assert(bright > 1.5 * dim, `${bright} against ${dim}`);
  assert(Math.abs(dimAgain - dim) < 0.1 * dim, `${dimAgain} against ${dim}: an old frame`);
});

test("a camera that waited with full buffers still gives a frame from after the trigger", async () => {
  await using rig = await fake();
  await using _staged = await rig.devices.get("camera")!.stage!(op);
  const dim = mean(await snap(rig));
  await new Promise((resolve) => setTimeout(resolve, 60)); // all buffers are now full of dim frames
  await rig.axes.get("camera.exposure")!.set(9000, op);
  assert(mean(await snap(rig)) > 1.5 * dim);
});

test("exposure and gain outside the camera's limits are refused before the wire", async () => {
  await using rig = await fake();
  const exposure = rig.axes.get("camera.exposure")!, gain = rig.axes.get("camera.gain")!;
  assertEquals([exposure.limits, exposure.unit], [[10, 10_000_000], "us"]);
  for (const nonsense of [1e12, -1, NaN, Infinity]) {
    await assertRejects(async () => await exposure.set(nonsense, op), LimitError, "camera.exposure");
  }
  await assertRejects(async () => await gain.set(99, op), LimitError, "camera.gain");
  assertEquals(await exposure.readback(op), 3000);
  await gain.set(3, op);
  assertEquals([gain.setpoint, await gain.readback(op)], [3, 3]);
});

test("a setting that the camera rounds too far is a MoveError", async () => {
  await using rig = await fake({ gainTolerance: 0.1 });
  await assertRejects(async () => await rig.axes.get("camera.gain")!.set(2.5, op), DeviceError, "reports 2");
});

test("nonsense in the options is refused before the camera gets it", async () => {
  await assertRejects(() => fake({ exposureUs: 1e12 }), InputError, "exposureUs 1000000000000 is not allowed");
  const wide = await assertRejects(() => fake({ roi: { ...ROI, width: 9_999_999 } }), InputError);
  assertEquals(wide.issues.map(({ path }) => path), ["rig.camera.roi"]);
  assertStringIncludes(wide.message, "whole pixels within 2048 × 2048");
});

test("an unknown camera is named, with those that are there", async () => {
  await using _there = await fake();
  const error = await assertRejects(() => connect({ camera: aravis.camera({ id: "Fake_77x" }) }), DeviceError);
  assertEquals(error.device, "camera");
  assertStringIncludes(error.message, `camera "Fake_77x"`);
  assertStringIncludes(error.message, "Fake_1");
});

test("an abort during a trigger is answered at once, and the camera can be triggered again", async () => {
  await using rig = await fake({ exposureUs: 2_000_000 });
  await using _staged = await rig.devices.get("camera")!.stage!(op);
  const { detector } = rig.devices.get("camera")!, controller = new AbortController(), reason = new Error("enough");
  const triggered = Promise.resolve(detector!.trigger!({ signal: controller.signal }));
  setTimeout(() => controller.abort(reason), 20);
  assertEquals(await triggered.catch((thrown) => thrown), reason);
  await rig.axes.get("camera.exposure")!.set(1000, op);
  assertEquals((await snap(rig)).shape, [48, 64]);
});

test("stop() breaks off the trigger that waits, and leaves the acquisition running", async () => {
  await using rig = await fake({ exposureUs: 2_000_000 });
  const device = rig.devices.get("camera")!;
  await using _staged = await device.stage!(op);
  const triggered = Promise.resolve(device.detector!.trigger!(op));
  setTimeout(() => device.stop("pause"), 20);
  await assertRejects(() => triggered, DeviceError, "stopped (pause)");
  await rig.axes.get("camera.exposure")!.set(1000, op);
  assertEquals((await snap(rig)).shape, [48, 64]);
});

test("a rig that is closed while a trigger waits closes", async () => {
  const rig = await fake({ exposureUs: 2_000_000 });
  await rig.devices.get("camera")!.stage!(op);
  const triggered = Promise.resolve(rig.devices.get("camera")!.detector!.trigger!(op)).catch((thrown) => thrown);
  await rig[Symbol.asyncDispose]();
  assert(await triggered instanceof DeviceError);
});

test("cameras can be opened, staged and closed over and over", async () => {
  for (let round = 0; round < 5; round++) {
    await using rig = await fake();
    const device = rig.devices.get("camera")!;
    for (let pass = 0; pass < 2; pass++) {
      await using _staged = await device.stage!(op);
      assertEquals((await snap(rig)).shape, [48, 64]);
    }
    await assertRejects(() => snap(rig), DeviceError, "not staged");
  }
});

test("settings() records vendor, model, library version, format, region, exposure and gain", async () => {
  await using rig = await fake({ gain: 2 });
  await rig.axes.get("camera.exposure")!.set(2000, op);
  const settings = rig.devices.get("camera")!.settings();
  assertEquals(
    [settings.vendor, settings.model, settings.pixelFormat, settings.roi, settings.exposureUs, settings.gain],
    ["Aravis", "Fake", "Mono16", ROI, 2000, 2],
  );
  assertStringIncludes(String(settings.library), "aravis 0.");
});

Deno.test("without libaravis, connecting says what is missing and how to get it", async () => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { aravis, connect } from ${JSON.stringify(new URL("../src/hw/mod.ts", import.meta.url).href)};
       await connect({ camera: aravis.camera({ id: "Fake_1" }) }).catch((error) => console.log(error.cause.name, error.message));`,
    ],
    env: { ARAVIS_LIBRARY: "libnowhere.so.9", NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert(success);
  assertStringIncludes(said, `${LibraryError.name} camera: connect: the aravis library could not be loaded.`);
  assertStringIncludes(said, "apt-get install libaravis-0.8-0");
  assertStringIncludes(said, "libnowhere.so.9");
});
