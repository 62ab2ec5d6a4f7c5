// A driver for a C library of one's own: the library is meter.c, beside this file.
import { type Device, DeviceError, type DeviceSpec, fromCString, openLibrary, serial } from "sonde";

const SYMBOLS = {
  meter_open: { parameters: ["f64"], result: "pointer" },
  meter_ready: { parameters: ["pointer"], result: "i32" },
  // What takes its time runs on another thread; while it turns, it can be asked and stopped.
  meter_turn: { parameters: ["pointer", "f64"], result: "i32", nonblocking: true },
  meter_stop: { parameters: ["pointer"], result: "i32" },
  meter_angle: { parameters: ["pointer", "buffer"], result: "i32" },
  meter_read: { parameters: ["pointer", "buffer"], result: "i32" },
  meter_message: { parameters: ["i32"], result: "pointer" },
  meter_close: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** A polariser that turns, `""`, and the power behind it, `power`. `library` is the file that `cc` made. */
export function polarimeter(library: string): DeviceSpec<{ "": number }, { power: number }> {
  const files = { linux: [library], darwin: [library], windows: [library] };
  return {
    driver: "polarimeter",
    connect({ name }): Device {
      const meter = openLibrary({ name: "meter", files, install: "Build it from meter.c with `cc`." }, SYMBOLS);
      const lib = meter.symbols, handle = lib.meter_open(30), turns = serial();
      const done = (action: string, status: number) => {
        if (status !== 0) throw new DeviceError(name, action, fromCString(lib.meter_message(status)));
      };
      const number = (action: string, call: (out: Float64Array<ArrayBuffer>) => number) => {
        const out = new Float64Array(1);
        done(action, call(out));
        return out[0];
      };
      return {
        driver: "polarimeter",
        axes: {
          "": {
            unit: "degree",
            limits: [-180, 180],
            tolerance: 0.01,
            set(angle) {
              done("set", lib.meter_ready(handle));
              return turns(async () => done("set", await lib.meter_turn(handle, Number(angle))));
            },
            readback: () => number("readback", (out) => lib.meter_angle(handle, out)),
            stop: () => done("stop", lib.meter_stop(handle)),
          },
        },
        detector: {
          channels: { power: { unit: "mW" } },
          read: () => ({ power: number("read", (out) => lib.meter_read(handle, out)) }),
        },
        async [Symbol.asyncDispose]() {
          lib.meter_stop(handle);
          // Memory that a call still uses must not be given back.
          await turns(() => lib.meter_close(handle));
          meter.close();
        },
      };
    },
  };
}
