/**
 * A program that sweeps the instrument of examples/your-instrument for half a minute, for tests that end it from outside. The
 * arguments are the instrument's address, a folder, and what the program does: `scan`, with a watchdog beside it, or `leave`,
 * which connects, reads once, and forgets to close its rig.
 */
import { connect, linspace, RunAborted, scan, scpi, startWatchdog } from "sonde";

const [address, folder, act] = Deno.args;
if (act === "scan") startWatchdog();
const rig = await connect({
  fork: scpi({
    address,
    setup: ["OUTP 1"],
    errors: "SYST:ERR?",
    axes: {
      frequency: { set: "SOUR:FREQ {}", get: "SOUR:FREQ?", unit: "Hz", tolerance: 0.01, wait: "*OPC?", stop: "ABOR" },
    },
    readings: { current: { read: "MEAS:CURR?", unit: "A" } },
    safe: ["ABOR", "OUTP 0"],
  }),
});
if (act === "leave") {
  await rig.devices.get("fork")!.detector!.read({ signal: new AbortController().signal });
  console.log("left");
} else {
  const run = scan(linspace("fork.frequency", 33_000, 93_000, 2), {
    rig,
    read: ["fork.current"],
    to: `${folder}/fork.zarr`,
  });
  await run.done.catch((thrown) => {
    if (!(thrown instanceof RunAborted)) throw thrown;
    Deno.exitCode = thrown.exitCode;
  });
  await rig[Symbol.asyncDispose]();
}
