// A scan that no plan describes: a generator that looks at what it measured. It finds the top of a spectral line.
import { connect, scan, sim } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode(),
});
const golden = (Math.sqrt(5) - 1) / 2;

// Golden section: of two places inside a window, the lower one becomes its end.
const run = scan(
  function* climb({ measure, note }) {
    const at = function* (wavelength: number) {
      const { reading } = yield* measure({ wavelength });
      return { wavelength, height: reading.diode };
    };
    let from = 640.05, to = 640.4;
    let low = yield* at(to - golden * (to - from)), high = yield* at(from + golden * (to - from));
    while (to - from > 0.02) {
      if (low.height < high.height) {
        [from, low] = [low.wavelength, high];
        high = yield* at(from + golden * (to - from));
      } else {
        [to, high] = [high.wavelength, low];
        low = yield* at(to - golden * (to - from));
      }
    }
    yield* note("the line is in this window", { from, to });
  },
  { rig, read: ["diode"], name: "climb", sample: "neon lamp", maxPoints: 50 },
);
for await (const { setpoint, reading } of run) {
  console.log(`${setpoint.wavelength.toFixed(4)} nm   ${reading.diode.toFixed(4)} V`);
}
console.log(run.to[0]);
