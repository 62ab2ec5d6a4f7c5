import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { DeviceError } from "../src/core/errors.ts";
import type { Frame } from "../src/core/point.ts";
import { aravis, connect } from "../src/hw/mod.ts";
import { openAravis } from "../src/hw/aravis/library.ts";

/** The GigE Vision camera that Aravis simulates in a process of its own, or undefined where it is not installed. */
function fakeCamera(): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":");
  const named = Deno.env.get("ARAVIS_FAKE_GV_CAMERA");
  return [...(named ? [named] : []), ...folders.map((folder) => join(folder, "arv-fake-gv-camera-0.8"))].find(
    (file) => {
      try {
        // The library stays open for the life of the process, so it is not opened in the test.
        return Deno.statSync(file).isFile && openAravis();
      } catch {
        return false;
      }
    },
  );
}

const program = fakeCamera();
const op = { signal: new AbortController().signal };

Deno.test({
  name: "a GigE Vision camera that is unplugged in the middle of a scan gives errors, and blocks nothing" +
    (program ? "" : " (ignored: arv-fake-gv-camera-0.8 of the package aravis-tools is not installed)"),
  ignore: !program,
  async fn() {
    await using camera = new Deno.Command(program!, { args: ["-i", "lo"], stdout: "null", stderr: "null" }).spawn();
    const roi = { x: 0, y: 0, width: 64, height: 48 };
    const open = () => connect({ camera: aravis.camera({ id: "127.0.0.1", roi, exposureUs: 3000 }) });
    let rig = await open().catch(() => undefined);
    for (let attempt = 0; !rig && attempt < 20; attempt++) {
      await new Promise((done) => setTimeout(done, 100));
      rig = await open().catch(() => undefined);
    }
    assert(rig, "the simulated camera did not come up");
    const device = rig.devices.get("camera")!, staged = await device.stage!(op);
    // Packets of UDP may get lost on a busy computer; a scan would read again, too.
    const snap = (retries = 4): Promise<number> =>
      once().catch((lost) => retries ? snap(retries - 1) : Promise.reject(lost));
    const once = async () => {
      await device.detector!.trigger!(op);
      const { data } = await device.detector!.read(op) as Frame;
      return Array.from(data, Number).reduce((sum, count) => sum + count, 0) / data.length;
    };
    const dim = await snap();
    await rig.axes.get("camera.exposure")!.set(9000, op);
    assert(await snap() > 1.5 * dim);

    camera.kill("SIGKILL");
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 10);
    await assertRejects(() => once(), DeviceError, "timeout");
    clearInterval(ticking);
    assert(ticks > 50, `the event loop turned only ${ticks} times while the library waited`);
    await assertRejects(async () => await staged[Symbol.asyncDispose](), DeviceError, "stop");
    await rig[Symbol.asyncDispose]();
    assertEquals((await camera.status).signal, "SIGKILL");
  },
});
