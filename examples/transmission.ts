// A dark and a reference spectrum first, then the transmission of filters: a signal computed from three passes.
import { ok } from "node:assert/strict";
import { connect, derive, scan, sim } from "sonde";

await using rig = await connect({
  shutter: sim.shutter(),
  filter: sim.filterWheel({ labels: ["empty", "BP645", "ND1"] }),
  spectrum: sim.spectrometer({ pixels: 256, range: [630, 650], exposureMs: 200 }),
});

const LINE = 130; // the pixel of the line at 640.2 nm
const run = scan(
  function* ({ measure }) {
    yield* measure({ shutter: "closed" }, { pass: "dark" });
    yield* measure({ shutter: "open", filter: "empty" }, { pass: "reference" });
    for (const filter of ["empty", "BP645", "ND1"] as const) yield* measure({ filter }, { pass: "filters" });
  },
  {
    rig,
    read: ["spectrum"],
    derive: derive({
      light: "spectrum - last(dark.spectrum)",
      T: { expression: "light / (last(reference.spectrum) - last(dark.spectrum))", longName: "transmission" },
      line: `T[${LINE}]`,
    }),
    keep: ["spectrum", "T"],
    name: "transmission",
  },
);
const found: Record<string, number> = {};
for await (const { pass, setpoint, reading } of run) {
  if (pass !== "filters") continue;
  const { line } = reading as unknown as { line: number };
  found[String(setpoint.filter)] = line;
  console.log(`${setpoint.filter}: ${(100 * line).toFixed(1)} % at 640.2 nm`);
}
// What is written on a filter is what it does: 10 nm around 645 nm, and a tenth.
ok(Math.abs(found.BP645 - 0.532) < 0.03 && Math.abs(found.ND1 - 0.1) < 0.02 && Math.abs(found.empty - 1) < 0.04);
