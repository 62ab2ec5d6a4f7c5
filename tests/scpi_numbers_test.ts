import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { itemBytes, makeArray } from "../src/core/dtype.ts";
import { copyBlock, parseNumber, parseNumbers } from "../src/hw/scpi/parse_numbers.ts";
import { ReplyBuffer, ReplyError } from "../src/hw/scpi/reply_buffer.ts";
import type { ScpiDtype } from "../src/hw/scpi/mod.ts";
import { python } from "./python.ts";

const encoder = new TextEncoder();

Deno.test("parseNumber() reads numbers as instruments write them", () => {
  const texts = ["+1.234000E-03", "5", "-.5", "5.", "1e+3", " 7 ", "-0"];
  assertEquals(texts.map(parseNumber), [1.234e-3, 5, -0.5, 5, 1000, 7, -0]);
});

Deno.test("parseNumber() knows what SCPI writes for no number and for what is beyond the range", () => {
  assertEquals(["9.91E37", "+9.9E+37", "-9.900000E37", "NAN", "-inf"].map(parseNumber), [
    NaN,
    Infinity,
    -Infinity,
    NaN,
    -Infinity,
  ]);
});

Deno.test("parseNumber() refuses everything else", () => {
  for (const text of ["", "1,2", "1.2V", "0x10", "--1", "1e", "e5", "one", ".", "1 2"]) {
    assertThrows(() => parseNumber(text), ReplyError, "is no number");
  }
});

Deno.test("any finite number that is written by this computer is read back as it was", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, min: -9e37, max: 9e37 }), (any) => {
    const number = any + 0; // −0 is written as 0
    assertEquals(parseNumber(String(number)), number);
    assertEquals(parseNumber(number.toExponential()), number);
  }));
});

Deno.test("lists have as many numbers as the shape says, and whole numbers that fit", () => {
  const list = (text: string, dtype: ScpiDtype, length: number) => {
    const target = makeArray(dtype, length);
    parseNumbers(text, dtype, target);
    return [...target as Iterable<number | bigint>];
  };
  assertEquals(list("1, 2.5,\t-3E0", "float64", 3), [1, 2.5, -3]);
  assertEquals(list("1 2 3", "uint8", 3), [1, 2, 3]);
  assertEquals(list("9007199254740993,-9223372036854775808", "int64", 2), [9007199254740993n, -(2n ** 63n)]);
  assertEquals(list("+1.5E1", "int16", 1), [15]);
  for (
    const [text, dtype] of [["1,2", "float64"], ["256,0,0", "uint8"], ["1.5,0,0", "int32"], [
      "NAN,0,0",
      "int8",
    ]] as const
  ) {
    assertThrows(() => list(text, dtype, 3), ReplyError);
  }
});

Deno.test("blocks are read as numpy wrote them, in every dtype and both byte orders", async () => {
  const dtypes: ScpiDtype[] = [
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
  ];
  const written = await python<[ScpiDtype, "big" | "little", number[], string[]][]>(
    `
import numpy as np
out = []
for name in data:
    for order, mark in (("big", ">"), ("little", "<")):
        dtype = np.dtype(name)
        values = np.arange(-3, 4) * 1.25 if dtype.kind == "f" else np.array([0, 1, np.iinfo(dtype).max, np.iinfo(dtype).min], dtype)
        out.append([name, order, list(values.astype(dtype.newbyteorder(mark)).tobytes()), [str(x) for x in values.tolist()]])
print(json.dumps(out))
`,
    dtypes,
  );
  for (
    const [dtype, order, bytes, values] of written
  ) {
    const target = makeArray(dtype, values.length);
    assertEquals(bytes.length, values.length * itemBytes(dtype));
    copyBlock(Uint8Array.from(bytes), dtype, order, target);
    assertEquals([...target as Iterable<number | bigint>].map(Number), values.map(Number), `${dtype} ${order}`);
  }
});

/** Cuts bytes into pieces of the sizes given, and the rest. */
function* pieces(bytes: Uint8Array, sizes: readonly number[]) {
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

Deno.test("lines and blocks come out whole, however they were cut on the way", () => {
  const answers = fc.array(fc.oneof(
    fc.stringMatching(/^[!-~]([ -~]*[!-~])?$/).filter((text) => !text.startsWith("#")),
    fc.uint8Array({ minLength: 1, maxLength: 9_000 }),
  ));
  fc.assert(fc.property(answers, fc.array(fc.nat(700)), (answers, sizes) => {
    const stream = answers.flatMap((answer) => {
      if (typeof answer === "string") return [...encoder.encode(`${answer}\r\n`)];
      const count = String(answer.length);
      return [...encoder.encode(`#${count.length}${count}`), ...answer, 10];
    });
    const buffer = new ReplyBuffer(), got: (string | Uint8Array)[] = [];
    for (const piece of pieces(Uint8Array.from(stream), sizes)) {
      buffer.push(piece);
      while (got.length < answers.length) {
        const wanted = answers[got.length];
        const reply = typeof wanted === "string" ? buffer.line() : buffer.block(wanted.length)?.slice();
        if (reply === undefined) break;
        got.push(reply);
      }
    }
    assertEquals(got, answers);
  }));
});

Deno.test("a block that is none, or of another length, is told", () => {
  const block = (text: string, expected = 4) => {
    const buffer = new ReplyBuffer();
    buffer.push(encoder.encode(text));
    return buffer.block(expected);
  };
  assertEquals(block("#14abcd\n"), encoder.encode("abcd"));
  assertEquals(block("#40004ab"), undefined, "not whole");
  assertThrows(() => block("1,2,3\n"), ReplyError, '"1,2,3\\n" is no block');
  assertThrows(() => block("#0abcd\n"), ReplyError, "indefinite length");
  assertThrows(() => block("#x4abcd"), ReplyError, "is no block");
  assertThrows(() => block("#2 4abcd"), ReplyError, "is no block");
  assertThrows(() => block("#15abcde\n"), ReplyError, "a block of 5 bytes; expected: 4");
});
