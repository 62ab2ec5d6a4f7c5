import fc from "fast-check";

/** Numbers as instruments give them, and as they should not. */
export const reading: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
  },
  { weight: 1, arbitrary: fc.double() },
);
