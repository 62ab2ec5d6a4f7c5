import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Instrument, startInstrument } from "../examples/your-instrument/instrument.ts";
import { pause, testInKernel, valueOf } from "./notebook_cells.ts";

const CHILD = new URL("./scpi_child.ts", import.meta.url).href;
const SWEEP = "SOUR:FREQ 93000";

/** Waits until an instrument has heard a command. */
async function hears(instrument: { readonly heard: readonly string[] }, command: string): Promise<void> {
  for (let k = 0; k < 3_000 && !instrument.heard.includes(command); k++) await pause(10);
  assert(instrument.heard.includes(command), `${command} was not heard: ${instrument.heard.join(", ")}`);
}

/** A program of its own, with an instrument, and with a folder for what it measures. */
async function withChild(
  act: string,
  body: (child: Deno.ChildProcess, instrument: Instrument) => Promise<void>,
): Promise<void> {
  await using instrument = startInstrument();
  const folder = await Deno.makeTempDir();
  try {
    const args = ["run", "-A", "--no-check", CHILD, instrument.address, folder, act];
    await body(
      new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "null", stderr: "null" }).spawn(),
      instrument,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Ctrl-C in the middle of a sweep stops the instrument, and the program ends as interrupted", () =>
  withChild("scan", async (child, instrument) => {
    await hears(instrument, SWEEP);
    child.kill("SIGINT");
    assertEquals((await child.status).code, 130);
    assert(instrument.heard.indexOf("ABOR") > instrument.heard.indexOf(SWEEP));
  }));

Deno.test("when the program is killed in the middle of a sweep, the watchdog sends what makes the instrument safe", () =>
  withChild("scan", async (child, instrument) => {
    await hears(instrument, SWEEP);
    child.kill("SIGKILL");
    await child.status;
    await hears(instrument, "OUTP 0");
    assertEquals(instrument.heard.slice(-2), ["ABOR", "OUTP 0"]);
  }));

Deno.test("a connection that was not closed does not keep a program from ending", () =>
  withChild("leave", async (child) => assertEquals((await child.status).code, 0)));

testInKernel(
  "the stop button stops an instrument's sweep in a notebook, and nothing moves before unlock()",
  async (kernel) => {
    await using instrument = startInstrument();
    const connected = await kernel.execute(`
    import { scpi } from "sonde";
    const rig = await connect({
      fork: scpi({
        address: "${instrument.address}",
        axes: { frequency: { set: "SOUR:FREQ {}", get: "SOUR:FREQ?", unit: "Hz", tolerance: 0.01, wait: "*OPC?", stop: "ABOR" } },
        readings: { current: { read: "MEAS:CURR?", unit: "A" } },
      }),
    });`);
    assertEquals(connected.error, undefined);
    const sweeping = await kernel.start(
      `await scan(linspace("fork.frequency", 33_000, 93_000, 2), { rig, read: ["fork.current"], to: "fork.zarr" }).done`,
    );
    await hears(instrument, SWEEP);
    await kernel.interrupt();
    await sweeping.done;
    await hears(instrument, "ABOR");
    const { error } = await kernel.execute(`await rig.axes.get("fork.frequency").set(40_000, op)`);
    assertMatch(String(error), /unlock\(\)/);
    assert(!instrument.heard.includes("SOUR:FREQ 40000"));
    assertEquals(await valueOf(kernel, `(await openRun("fork.zarr")).attributes.exit_status`), "aborted");
    await kernel.execute(`unlock()`);
    assertEquals((await kernel.execute(`await rig.axes.get("fork.frequency").set(33_000, op)`)).error, undefined);
    await kernel.execute(`await rig[Symbol.asyncDispose]()`);
  },
);
