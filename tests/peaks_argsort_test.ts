import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { argsort } from "../src/adapt/peaks/argsort.ts";

/** Doubles of all magnitudes, neighbours that differ in the last bits, and many ties. */
const keys = fc.oneof(
  fc.array(fc.double({ noNaN: true })),
  fc.array(fc.integer({ min: 0, max: 40 }).map((bits) => 1 + bits * Number.EPSILON)),
  fc.array(fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity, 5e-324, -5e-324)),
);

Deno.test("argsort() orders as a stable sort by comparison does, 0 and −0 being equal", () => {
  const compare = (a: number, b: number) => a < b ? -1 : a > b ? 1 : 0;
  fc.assert(
    fc.property(keys, (keys) => {
      const expected = keys.map((_, k) => k).sort((a, b) => compare(keys[a], keys[b]));
      assertEquals(Array.from(argsort(Float64Array.from(keys))), expected);
    }),
    { numRuns: 2000 },
  );
});
