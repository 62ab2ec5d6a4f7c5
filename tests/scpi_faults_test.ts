import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { connect, DeviceError, scpi } from "sonde";
import { playInstrument } from "./scpi_support.ts";

const op = () => ({ signal: new AbortController().signal });

/** Long enough for an answer on a busy computer. */
const IMPATIENT = { timeoutMs: 400 };

/** A rig of one instrument with one axis and one reading. */
async function rigOf(address: string, more: Partial<Parameters<typeof scpi>[0]> = {}) {
  const rig = await connect({
    dmm: scpi({
      address,
      axes: { range: { set: "RANG {}", get: "RANG?", unit: "V", limits: [0, 100] } },
      readings: { volts: { read: "READ?", unit: "V" } },
      ...more,
    }),
  });
  const detector = rig.devices.get("dmm")!.detector!, range = rig.axes.get("dmm.range")!;
  return {
    rig,
    range,
    read: async (signal = op().signal) => (await detector.read({ signal }) as { volts: number }).volts,
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

Deno.test("an instrument that never answers is given up after the time-out, and asked afresh on a new connection", async () => {
  let answering = false;
  await using instrument = playInstrument((line) => answering && line === "READ?" ? "1.5" : undefined);
  await using dmm = await rigOf(instrument.address, IMPATIENT);
  const error = await assertRejects(() => dmm.read(), DeviceError);
  assertEquals(error.message, 'dmm: read: "READ?": no answer within 400 ms');
  assertEquals(instrument.heard, ["READ?"], "a silent instrument is not asked twice");
  answering = true;
  assertEquals(await dmm.read(), 1.5);
  assertEquals(instrument.connections(), 2);
});

Deno.test("half a line is no answer, and is never taken for the beginning of the next", async () => {
  await using instrument = playInstrument((_, wire) => wire.number === 1 ? void wire.send("12") : "3.25");
  await using dmm = await rigOf(instrument.address, IMPATIENT);
  await assertRejects(() => dmm.read(), DeviceError, "no answer within 400 ms");
  assertEquals(await dmm.read(), 3.25);
});

Deno.test("an answer in many pieces, with CR and blank lines before it, is one answer", async () => {
  await using instrument = playInstrument(async (_, wire) => {
    for (const piece of ["\r\n", "+1.", "25", "E-0", "3", "\r", "\n"]) {
      await wire.send(piece);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
  await using dmm = await rigOf(instrument.address);
  for (let k = 0; k < 3; k++) assertEquals(await dmm.read(), 1.25e-3);
});

Deno.test("garbage is told as it came, and the connection is begun anew", async () => {
  let answer = "+1.2V?!";
  await using instrument = playInstrument(() => answer);
  await using dmm = await rigOf(instrument.address);
  const error = await assertRejects(() => dmm.read(), DeviceError);
  assertEquals(error.message, 'dmm: read: "READ?": "+1.2V?!" is no number');
  answer = "7";
  assertEquals(await dmm.read(), 7);
  assertEquals(instrument.connections(), 2);
});

Deno.test("what comes unasked is not taken for an answer", async () => {
  await using instrument = playInstrument(() => "42\n999");
  await using dmm = await rigOf(instrument.address);
  for (let k = 0; k < 3; k++) {
    assertEquals(await dmm.read(), 42);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

Deno.test("an instrument that talks without end is hung up on, with bounded memory", async () => {
  const flood = new Uint8Array(1 << 20).fill(48);
  await using instrument = playInstrument((_, wire) => void wire.send(flood));
  await using dmm = await rigOf(instrument.address);
  await assertRejects(() => dmm.read(), DeviceError, "bytes that are no answer");
});

Deno.test("a query whose connection is lost is asked again, once", async () => {
  await using instrument = playInstrument((_, wire) => wire.number === 1 ? wire.hangUp() : "2");
  await using dmm = await rigOf(instrument.address);
  assertEquals(await dmm.read(), 2);
  assertEquals(instrument.heard, ["READ?", "READ?"]);
});

Deno.test("when the connection is lost again, the reading has failed", async () => {
  await using instrument = playInstrument((_, wire) => wire.hangUp());
  await using dmm = await rigOf(instrument.address);
  await assertRejects(() => dmm.read(), DeviceError, '"READ?": the instrument closed the connection');
  assertEquals(instrument.heard, ["READ?", "READ?"]);
});

Deno.test("a command is never sent twice, even when the connection is lost before it was confirmed", async () => {
  await using instrument = playInstrument((line, wire) => line === "*OPC?" ? wire.hangUp() : undefined);
  await using dmm = await rigOf(instrument.address, {
    axes: { range: { set: "RANG {}", unit: "V", limits: [0, 100], wait: "*OPC?" } },
  });
  await assertRejects(async () => await dmm.range.set(5, op()), DeviceError, "the instrument closed the connection");
  assertEquals(instrument.heard.filter((line) => line === "RANG 5").length, 1);
});

Deno.test("a connection that was closed while nothing was said is opened before the next command", async () => {
  await using instrument = playInstrument((line, wire) => line === "RANG?" ? wire.hangUp() : "1");
  await using dmm = await rigOf(instrument.address);
  assertEquals(await dmm.read(), 1);
  await assertRejects(async () => await dmm.range.readback(op()), DeviceError);
  await dmm.range.set(3, op());
  assertEquals(await dmm.read(), 1);
  assertEquals(instrument.heard.at(-2), "RANG 3");
});

Deno.test("an instrument that is not there is named with its address", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr;
  listener.close();
  const error = await assertRejects(() => rigOf(`tcp://127.0.0.1:${port}`, { identify: true }), DeviceError);
  assertStringIncludes(error.message, `dmm: connect: no connection to 127.0.0.1:${port}: `);
});

Deno.test("the wrong instrument is not driven", async () => {
  await using instrument = playInstrument(() => "ACME,Oven,7,1");
  await assertRejects(
    () => rigOf(instrument.address, { identify: "Fork Bench" }),
    DeviceError,
    'dmm: connect: "*IDN?": it is "ACME,Oven,7,1", not "Fork Bench"',
  );
  assertEquals(instrument.heard, ["*IDN?"]);
});

Deno.test("a query that the instrument does not understand is explained by its error queue", async () => {
  const errors = ["0", '-113,"Undefined header"'];
  await using instrument = playInstrument((line) =>
    line === "SYST:ERR?" ? errors.shift() ?? '+0,"No error"' : undefined
  );
  await using dmm = await rigOf(instrument.address, { ...IMPATIENT, errors: "SYST:ERR?" });
  const error = await assertRejects(() => dmm.read(), DeviceError);
  assertEquals(
    error.message,
    'dmm: read: "READ?": no answer within 400 ms; the instrument says -113,"Undefined header"',
  );
});

Deno.test("an error queue that is never empty is not asked for ever", async () => {
  await using instrument = playInstrument((line) => line === "SYST:ERR?" ? '-350,"Queue overflow"' : undefined);
  await using dmm = await rigOf(instrument.address, { errors: "SYST:ERR?" });
  await assertRejects(async () => await dmm.range.set(1, op()), DeviceError, "Queue overflow");
  assert(instrument.heard.length < 100);
});

Deno.test("a call that is aborted ends at once, and its late answer is not the next one's", async () => {
  let late = true;
  await using instrument = playInstrument(async () => {
    if (!late) return "2";
    late = false;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return "1";
  });
  await using dmm = await rigOf(instrument.address);
  const stopping = new AbortController(), reading = dmm.read(stopping.signal);
  while (!instrument.heard.length) await new Promise((resolve) => setTimeout(resolve, 1));
  stopping.abort(new Error("enough"));
  await assertRejects(() => reading, Error, "enough");
  assertEquals(await dmm.read(), 2);
  assertEquals(instrument.connections(), 1);
});

Deno.test("stop goes past a move that is waiting, and waits until the instrument is at rest", async () => {
  const moving = Promise.withResolvers<string>();
  await using instrument = playInstrument((line) => {
    if (line === "ABOR") moving.resolve("1");
    if (line === "*OPC?") return moving.promise;
    return line === "SYST:ERR?" ? "0" : undefined;
  });
  await using dmm = await rigOf(instrument.address, {
    errors: "SYST:ERR?",
    axes: { range: { set: "RANG {}", unit: "V", limits: [0, 100], wait: "*OPC?", stop: "ABOR" } },
  });
  const move = dmm.range.set(5, op()) as Promise<void>;
  const failed = assertRejects(() => move, Error, "stopped on its way");
  while (!instrument.heard.includes("*OPC?")) await new Promise((resolve) => setTimeout(resolve, 1));
  await dmm.range.stop("abort");
  await failed;
  assertEquals(instrument.heard.slice(1, 5), ["RANG 5", "*OPC?", "ABOR", "SYST:ERR?"]);
});

Deno.test("a stop that the instrument does not understand is a failure of stop, not of the next command", async () => {
  const errors: string[] = [];
  await using instrument = playInstrument((line) => {
    if (line === "ABRT") errors.push('-113,"Undefined header"');
    return line === "SYST:ERR?" ? errors.shift() ?? "0" : undefined;
  });
  const dmm = await rigOf(instrument.address, { errors: "SYST:ERR?", stop: "ABRT" });
  await assertRejects(
    async () => await dmm.range.stop("abort"),
    DeviceError,
    'dmm: stop: "ABRT": the instrument says -113',
  );
  await dmm.range.set(1, op());
  await assertRejects(() => dmm.rig[Symbol.asyncDispose](), AggregateError, "ABRT");
});

Deno.test("stop reaches an instrument whose connection was lost", async () => {
  await using instrument = playInstrument((line, wire) => line === "READ?" ? wire.hangUp() : undefined);
  await using dmm = await rigOf(instrument.address, { stop: ["ABOR", "OUTP 0"] });
  await assertRejects(() => dmm.read(), DeviceError);
  await dmm.range.stop("abort");
  while (!instrument.heard.includes("OUTP 0")) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(instrument.heard.slice(-2), ["ABOR", "OUTP 0"]);
});
