import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { closeLoopback, route } from "../src/wire/notebook/loopback.ts";
import { HAS_LAB, withKernel } from "./jupyter.ts";

/** What a server answers, body read. */
async function ask(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

Deno.test("loopback: without the token nothing is said, not even by CORS", async () => {
  using hello = route("hello", () => new Response("secret"));
  const { origin, pathname } = new URL(hello.url), headers = { origin: "http://evil.example" };
  assert(origin.startsWith("http://127.0.0.1:"));
  for (const path of ["/hello", "/", "/x/hello", pathname.replace("-", "")]) {
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const answer = await ask(origin + path, { method, headers });
      assertEquals(
        [answer.status, answer.headers.get("access-control-allow-origin")],
        [403, null],
        `${method} ${path}`,
      );
      assert(!answer.text.includes("secret"));
    }
  }
  await closeLoopback();
});

Deno.test("loopback: a name that points at this computer is no way in", async () => {
  using hello = route("hello", () => new Response("secret"));
  const { port, pathname, hostname } = new URL(hello.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const request = `GET ${pathname} HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const answer = await new Response(connection.readable).text();
  assertStringIncludes(answer, "403");
  assert(!answer.includes("secret"));
  await closeLoopback();
});

Deno.test("loopback: a page that has the token may read the answer, preflight included", async () => {
  using hello = route("hello", async (request) => Response.json({ body: await request.text() }));
  const origin = "http://localhost:8888";
  const preflight = await ask(hello.url, { method: "OPTIONS", headers: { origin } });
  assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [204, origin]);
  const answer = await ask(hello.url, { method: "POST", body: "yes", headers: { origin } });
  assertEquals([answer.text, answer.headers.get("access-control-allow-origin")], ['{"body":"yes"}', origin]);
  await closeLoopback();
});

Deno.test("loopback: the longest route that fits answers, a failed one says why, and a route that is gone is 404", async () => {
  using frames = route("frames/", (_request, rest) => new Response(`frame ${rest}`));
  using special = route("frames/special/", (_request, rest) => new Response(`special ${rest}`));
  using exact = route("frames/special/one", () => new Response("one"));
  using broken = route("broken", () => Promise.reject(new Error("no such frame")));
  assertEquals((await ask(`${frames.url}3/4%205`)).text, "frame 3/4 5");
  assertEquals((await ask(`${special.url}two`)).text, "special two");
  assertEquals((await ask(exact.url)).text, "one");
  const failed = await ask(broken.url);
  assertEquals([failed.status, failed.text], [500, "no such frame"]);
  exact[Symbol.dispose]();
  assertEquals((await ask(exact.url)).text, "special one");
  const { url } = route("gone", () => new Response());
  await closeLoopback();
  using again = route("here", () => new Response());
  assertNotEquals(new URL(again.url).port, new URL(url).port);
  assertEquals((await ask(again.url.replace("here", "gone"))).status, 404);
  await closeLoopback();
});

const skipped = HAS_LAB ? "" : " (skipped: there is no .venv-lab)";
Deno.test({
  name: `in the kernel the server answers between cells, and errors that nobody caught end nothing${skipped}`,
  ignore: !HAS_LAB,
  fn: () =>
    withKernel(async (kernel) => {
      const wiring = new URL("../src/wire/notebook/", import.meta.url).href;
      const first = await kernel.execute(`
        import { guardKernel } from "${wiring}kernel.ts";
        import { route } from "${wiring}loopback.ts";
        guardKernel();
        console.log(route("hello", () => new Response("between cells")).url)`);
      assertEquals((await ask(first.stdout.trim())).text, "between cells");
      await kernel.execute(
        `setTimeout(() => { throw new Error("in a timer") }, 1); Promise.reject(new Error("alone"))`,
      );
      const after = await kernel.execute(`await new Promise((resolve) => setTimeout(resolve, 50)); "alive"`);
      assertEquals(after.outputs.at(-1)?.data["text/plain"], '"alive"');
      assertEquals((await ask(first.stdout.trim())).text, "between cells");
    }),
});
