import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { connect, DeviceError, type Frame, InputError, linspace, scan, scpi } from "sonde";
import { startInstrument } from "../examples/your-instrument/instrument.ts";

const op = () => ({ signal: new AbortController().signal });

const forkTable = (address: string) => ({
  address,
  identify: "Fork Bench",
  setup: ["SOUR:VOLT 1", "OUTP 1"],
  errors: "SYST:ERR?",
  axes: {
    frequency: {
      set: "SOUR:FREQ {}",
      get: "SOUR:FREQ?",
      unit: "Hz",
      limits: [32_700, 200_000],
      tolerance: 0.01,
      wait: "*OPC?",
      stop: "ABOR",
    },
    voltage: { set: "SOUR:VOLT {}", get: "SOUR:VOLT?", unit: "V", limits: [0, 2], tolerance: 1e-6 },
    output: { set: "OUTP {}", get: "OUTP?", labels: { on: "1", off: "0" } },
  },
  readings: {
    current: { read: "MEAS:CURR?", unit: "A" },
    trace: { read: "TRAC:DATA?", unit: "A", shape: [64], dtype: "float32", format: "block", dimensions: ["phase"] },
  },
  settings: { level: "SOUR:VOLT?" },
  safe: "OUTP 0",
} as const);

Deno.test("a table drives a scan: axes typed and read back, numbers and blocks stored, the instrument on record", async () => {
  await using instrument = startInstrument();
  await using rig = await connect({ fork: scpi(forkTable(instrument.address)) });
  const settings = rig.devices.get("fork")!.settings();
  assertEquals(settings.idn, "Nowhere Instruments,Fork Bench,1,1.0");
  assertEquals(settings.level, "1");
  const folder = await Deno.makeTempDir();
  try {
    const plan = linspace("fork.frequency", 32_764, 32_772, 9), currents: number[] = [];
    const run = scan(plan, { rig, read: ["fork.current", "fork.trace"], to: `${folder}/fork.zarr` });
    for await (const { reading, readback, setpoint } of run) {
      currents.push(reading["fork.current"]);
      const trace: Frame = reading["fork.trace"];
      assert(Math.abs(trace.data[16] as number - reading["fork.current"]) < 1e-11);
      assert(Math.abs(readback["fork.frequency"] - setpoint["fork.frequency"]) <= 0.01);
    }
    assertEquals(currents.indexOf(Math.max(...currents)), 4);
    assertEquals(instrument.connections(), 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what the instrument's error queue says is a DeviceError with the command", async () => {
  await using instrument = startInstrument();
  await using rig = await connect({ fork: scpi(forkTable(instrument.address)) });
  const error = await assertRejects(async () => await rig.axes.get("fork.frequency")!.set(150_000, op()), DeviceError);
  assertEquals(error.message, 'fork.frequency: set: "SOUR:FREQ 150000": the instrument says -222,"Data out of range"');
  await rig.axes.get("fork.frequency")!.set(32_761, op());
});
