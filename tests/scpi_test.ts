import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  check,
  connect,
  DeviceError,
  deviceSpecs,
  type Frame,
  InputError,
  LimitError,
  linspace,
  MoveError,
  parseScanFile,
  scan,
  scpi,
} from "sonde";
import { isQuery } from "../src/hw/scpi/scpi_table.ts";
import { parseTcpAddress } from "../src/hw/scpi/tcp_address.ts";
import { startInstrument } from "../examples/your-instrument/instrument.ts";
import { playInstrument } from "./scpi_support.ts";

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

Deno.test("a rig compiles only with the axes, setpoints and readings of its table", async () => {
  await using instrument = startInstrument();
  await using rig = await connect({ fork: scpi(forkTable(instrument.address)) });
  // @ts-expect-error: a misspelt axis
  assertThrows(() => scan(linspace("fork.frequancy", 1, 2, 2), { rig, read: ["fork.current"] }), InputError);
  // @ts-expect-error: a misspelt reading
  assertThrows(() => scan(linspace("fork.frequency", 32_761, 32_762, 2), { rig, read: ["fork.curent"] }), InputError);
});

Deno.test("labels go over the wire as their codes, and come back as labels", async () => {
  let code = "0";
  await using instrument = playInstrument((line) => {
    if (line.startsWith("OUTP ")) code = line.slice(5);
    return line === "OUTP?" ? `+${code}.0E0` : undefined;
  });
  await using rig = await connect({
    source: scpi({
      address: instrument.address,
      axes: { output: { set: "OUTP {}", get: "OUTP?", labels: { on: "1", off: "0" } } },
    }),
  });
  const output = rig.axes.get("source.output")!;
  assertEquals(output.labels, ["on", "off"]);
  await output.set("on", op());
  assertEquals([code, await output.readback(op())], ["1", "on"]);
  assertThrows(() => output.set("1", op()), LimitError);
  code = "7";
  await assertRejects(async () => await output.readback(op()), DeviceError, '"OUTP?": "+7.0E0" is none of "1", "0"');
});

Deno.test("an axis without a readback says what it was last set to, and nothing after a failure", async () => {
  let errors = 0;
  await using instrument = playInstrument((line) => line === "ERR?" ? `${errors},""` : undefined);
  await using rig = await connect({
    source: scpi({ address: instrument.address, errors: "ERR?", axes: { level: { set: "LEV {}" } } }),
  });
  const level = rig.axes.get("source.level")!;
  await assertRejects(async () => await level.readback(op()), DeviceError, "it is not known");
  await level.set(3, op());
  assertEquals(await level.readback(op()), 3);
  errors = 5;
  await assertRejects(async () => await level.set(4, op()), DeviceError);
  await assertRejects(async () => await level.readback(op()), DeviceError, "it is not known");
});

Deno.test("a readback out of tolerance is a MoveError with both numbers", async () => {
  await using instrument = playInstrument((line) => line === "V?" ? "4.5" : undefined);
  await using rig = await connect({
    source: scpi({ address: instrument.address, axes: { "": { set: "V {}", get: "V?", unit: "V", tolerance: 0.1 } } }),
  });
  const error = await assertRejects(async () => await rig.axes.get("source")!.set(5, op()), MoveError);
  assertEquals([error.setpoint, error.readback], [5, 4.5]);
});

Deno.test("a polled move leaves room for readings, and ends when the awaited answer comes", async () => {
  let polls = 0;
  await using instrument = playInstrument((line) =>
    line === "MOV?" ? ++polls < 4 ? "1" : "+0" : line === "R?" ? "9" : undefined
  );
  await using rig = await connect({
    stage: scpi({
      address: instrument.address,
      axes: { "": { set: "GO {}", unit: "mm", wait: { ask: "MOV?", is: "0", everyMs: 5 } } },
      readings: { "": { read: "R?" } },
    }),
  });
  const move = rig.axes.get("stage")!.set(2, op());
  assertEquals(await rig.devices.get("stage")!.detector!.read(op()), 9);
  await move;
  assertEquals(polls, 4);
  assert(instrument.heard.indexOf("R?") < instrument.heard.lastIndexOf("MOV?"), instrument.heard.join());
});

Deno.test("a move that never ends fails after its time-out, with what the instrument answers", async () => {
  await using instrument = playInstrument((line) => line === "MOV?" ? "1" : undefined);
  await using rig = await connect({
    stage: scpi({
      address: instrument.address,
      axes: { "": { set: "GO {}", timeoutMs: 50, wait: { ask: "MOV?", is: "0", everyMs: 5 } } },
    }),
  });
  await assertRejects(
    async () => await rig.axes.get("stage")!.set(2, op()),
    DeviceError,
    'stage: set: "MOV?" still answers "1" after 50 ms; awaited: "0"',
  );
});

Deno.test("a trigger that asks is awaited; one exchange at a time, whoever asks", async () => {
  let busy = 0, most = 0;
  await using instrument = playInstrument(async (line) => {
    most = Math.max(most, ++busy);
    await new Promise((resolve) => setTimeout(resolve, 3));
    busy--;
    return line.includes("?") ? "1" : undefined;
  });
  const table = { address: instrument.address, trigger: "INIT;*OPC?", readings: { "": { read: "FETC?" } } };
  await using rig = await connect({ a: scpi(table), b: scpi(table) });
  const both = ["a", "b"].map((name) => rig.devices.get(name)!.detector!);
  await Promise.all(both.map(async (one) => {
    for (let k = 0; k < 5; k++) {
      await one.trigger!(op());
      assertEquals(await one.read(op()), 1);
    }
  }));
  assertEquals(most, 1);
  assertEquals(instrument.connections(), 1, "devices of one instrument share its connection");
  assertEquals(instrument.heard.filter((line) => line === "INIT;*OPC?").length, 10);
});

Deno.test("abort() in the middle of a scan stops the axis where it is, and the store is kept", async () => {
  await using instrument = startInstrument();
  await using rig = await connect({ fork: scpi(forkTable(instrument.address)) });
  const folder = await Deno.makeTempDir();
  try {
    // A sweep that takes half a minute.
    const run = scan(linspace("fork.frequency", 33_000, 93_000, 2), {
      rig,
      read: ["fork.current"],
      to: `${folder}/fork.zarr`,
    });
    const done = run.done.catch((thrown) => thrown);
    while (!instrument.heard.includes("SOUR:FREQ 93000")) await new Promise((resolve) => setTimeout(resolve, 5));
    run.abort("enough");
    await done;
    assertEquals(run.status.state, "aborted");
    assert(instrument.heard.includes("ABOR"));
    const frequency = rig.axes.get("fork.frequency")!;
    const rests = await frequency.readback(op());
    assertEquals(await frequency.readback(op()), rests);
    assert(Number(rests) < 93_000);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("another process is told how to make it safe: by `safe`, else by what stops it", async () => {
  await using instrument = startInstrument();
  const table = forkTable(instrument.address), port = Number(new URL(instrument.address.replace("tcp", "http")).port);
  const context = { name: "fork", seed: 0, signal: op().signal, share: <T>(_: string, make: () => T) => make() };
  const { systemClock: clock } = await import("sonde");
  const send = { kind: "send", host: "127.0.0.1", port } as const;
  for (const [spec, text] of [[scpi(table), "OUTP 0\n"], [scpi({ ...table, safe: undefined }), "ABOR\n"]] as const) {
    await using device = await spec.connect({ ...context, clock }) as AsyncDisposable & { safeState(): unknown };
    assertEquals(device.safeState(), [{ ...send, text }]);
  }
});

Deno.test("a table that says how fast the instrument is gives an estimate before anything was measured", async () => {
  await using instrument = startInstrument();
  const { axes: { frequency }, readings: { current }, ...table } = forkTable(instrument.address);
  await using rig = await connect({
    fork: scpi({
      ...table,
      axes: { frequency: { ...frequency, speed: 2_000 } },
      readings: { current: { ...current, takesMs: 10 } },
    }),
  });
  const { timeMs } = await check(linspace("fork.frequency", 33_000, 35_000, 11), rig, { read: ["fork.current"] });
  // It stands at 32 760 Hz, and the way from there counts.
  assert(Math.abs(timeMs! - 1_230) < 120, String(timeMs));
});

Deno.test("a table is looked at whole before anything is connected", () => {
  const error = assertThrows(
    () =>
      scpi({
        address: "localhost:1",
        axes: { v: { set: "VOLT", get: "VOLT", wait: "OPC" }, w: { set: "W {}\nX", tolerance: 1 } },
        readings: { i: { read: "MEAS:CURR", shape: [0] } },
        errors: "SYST:ERR",
        stop: "ABOR?",
      }),
    InputError,
  );
  assertEquals(error.issues.map(({ path }) => path), [
    "address",
    "axes.v.set",
    "axes.v.get",
    "axes.v.wait",
    "axes.w.set",
    "axes.w.tolerance",
    "readings.i.read",
    "readings.i.shape",
    "errors",
    "stop",
  ]);
  // Cells of a notebook have no types.
  const untyped = { axes: { v: {} }, readings: { i: {} } } as unknown as Parameters<typeof scpi>[0];
  const missing = assertThrows(() => scpi(untyped), InputError);
  assertEquals(missing.issues.map(({ path }) => path), ["address", "axes.v.set", "readings.i.read"]);
  assertThrows(() => scpi({ address: "tcp://x" }), InputError, "an axis or a reading at least");
});

Deno.test("an address is tcp://host:port, with SCPI's own port when it says none", () => {
  assertEquals(parseTcpAddress("tcp://dmm.lab:5555"), { hostname: "dmm.lab", port: 5555 });
  assertEquals(parseTcpAddress("tcp://[::1]"), { hostname: "::1", port: 5025 });
  for (const bad of ["dmm.lab", "udp://x:1", "tcp://x:0", "tcp://x:99999", "tcp://:1", "tcp://x:1/y", ""]) {
    assertThrows(() => parseTcpAddress(bad), InputError, "tcp://host:port");
  }
});

Deno.test("a query is told from a command by its last part", () => {
  assertEquals(["*IDN?", "INIT;*OPC?", "TRAC:DATA? 1,64", 'MEAS? "CH1"'].map(isQuery), [true, true, true, true]);
  assertEquals(["*RST", "MEAS?;INIT"].map(isQuery), [false, false]);
});

Deno.test("a rig file names the driver scpi, and what is wrong in its table", async () => {
  await using instrument = startInstrument();
  const { rig: entries } = parseScanFile(`
rig:
  fork:
    driver: scpi
    address: ${instrument.address}
    errors: SYST:ERR?
    axes:
      frequency: { set: "SOUR:FREQ {}", get: "SOUR:FREQ?", unit: Hz, limits: [32000, 33000], wait: "*OPC?" }
    readings:
      trace: { read: "TRAC:DATA?", unit: A, shape: [64], dtype: float32, format: block }
read: [fork.trace]
plan: { kind: linspace, axis: fork.frequency, start: 32760, stop: 32761, num: 2 }
`);
  await using rig = await connect(deviceSpecs(entries!));
  assertEquals([...rig.axes.keys(), ...rig.channels.keys()], ["fork.frequency", "fork.trace"]);
  const wrong = { fork: { driver: "scpi", address: "tcp://x", axes: { f: { set: "F {}", unt: "Hz" } } } };
  const error = assertThrows(() => deviceSpecs(wrong), InputError);
  assertStringIncludes(error.message, 'axes.f.unt: unknown key; did you mean "unit"?');
});

Deno.test("a misspelt key anywhere in a table is told, with the near match: it may be a limit", () => {
  const table = {
    address: "tcp://x",
    error: "SYST:ERR?",
    axes: { v: { set: "V {}", limts: [0, 1], wait: { ask: "M?", is: "0", every: 3 } } },
    readings: { i: { read: "I?", shap: [3] } },
  } as const;
  const error = assertThrows(() => scpi(table), InputError);
  assertEquals(error.issues.map(({ path, message }) => [path, /"\w+"/.exec(message)![0]]), [
    ["error", '"errors"'],
    ["axes.v.limts", '"limits"'],
    ["axes.v.wait.every", '"everyMs"'],
    ["readings.i.shap", '"shape"'],
  ]);
});

Deno.test("a block of megabytes comes whole, however it is cut on the way, and again at the next point", async () => {
  const numbers = Float32Array.from({ length: 500_000 }, (_, i) => i / 7),
    view = new DataView(new ArrayBuffer(2_000_000));
  numbers.forEach((number, i) => view.setFloat32(4 * i, number));
  await using instrument = playInstrument(async (_, wire) => {
    await wire.send("#72000000");
    await wire.send(new Uint8Array(view.buffer));
    await wire.send("\n");
  });
  await using rig = await connect({
    scope: scpi({
      address: instrument.address,
      readings: { "": { read: "CURV?", shape: [500, 1000], dtype: "float32", format: "block" } },
    }),
  });
  for (let k = 0; k < 3; k++) {
    const frame = await rig.devices.get("scope")!.detector!.read(op()) as Frame;
    assertEquals(frame.shape, [500, 1000]);
    assertEquals(frame.data as Float32Array, numbers);
  }
});
