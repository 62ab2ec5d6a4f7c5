import { assertEquals, assertRejects } from "@std/assert";
import { python, toPythonJson } from "../python.ts";

Deno.test("python() carries numbers both ways, NaN and infinities included", async () => {
  const numbers = [1, -0.5, 1e-300, 2 ** 53, NaN, Infinity, -Infinity];
  assertEquals(await python("print(json.dumps(data))", new Float64Array(numbers)), numbers);
});

Deno.test("python() carries text that looks like a number as text", async () => {
  const input = { a: "NaN", b: ["-Infinity", 'é "quoted" NaN'] };
  assertEquals(await python("print(json.dumps(data))", input), input);
});

Deno.test("python() treats warnings as errors and says what Python said", async () => {
  await assertRejects(() => python("warnings.warn('beware')"), Error, "UserWarning: beware");
});

Deno.test("python() says what Python said even when it did not read its input", async () => {
  const input = new Float64Array(1_000_000);
  await assertRejects(() => python("(", input), Error, "SyntaxError");
});

Deno.test("toPythonJson() writes 64-bit integers exactly", () => {
  assertEquals(toPythonJson([-(2n ** 63n), -0]), "[-9223372036854775808,-0.0]");
});
