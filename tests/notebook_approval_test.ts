import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { SondeError } from "../src/core/errors.ts";
import type { Answer } from "../src/core/path.ts";
import { type ApprovalQuestion, approvalQuestion } from "../src/scan/engine/approvals.ts";
import { answeredHtml, approvalHtml } from "../src/view/notebook/approval_html.ts";
import { approvalButtons, type ApprovalButtonsOptions } from "../src/wire/notebook/approval_buttons.ts";
import { type Bundle, type DisplayOptions, useKernel } from "../src/wire/notebook/kernel.ts";
import { closeLoopback } from "../src/wire/notebook/loopback.ts";
import { HAS_LAB, withKernel } from "./jupyter.ts";
import { type Lab, NO_JUPYTERLAB, withJupyterLab } from "./jupyterlab.ts";

const question: ApprovalQuestion = approvalQuestion({
  kind: "ask",
  found: "a peak at 640.22 nm, 0.93 V high",
  next: "measure <it> more finely",
  otherwise: "cancel",
  action: { axes: [{ axis: "wavelength", from: 640, to: 640.5 }], points: 21 },
}, { askedAtMs: 0, unitOf: () => "nm" });

/** A notebook in whose place a test reads, and answers. */
class Page implements Disposable {
  readonly shown = new Map<string, Bundle>();
  readonly #kernel: Disposable;
  #seen = Promise.withResolvers<string>();

  constructor() {
    this.#kernel = useKernel({
      display: (bundle: Bundle, options: DisplayOptions & { display_id?: string }) => {
        this.shown.set(options.display_id!, bundle);
        const url = /"url":"([^"]+)"/.exec(String(bundle["text/html"]))?.[1];
        if (url) this.#seen.resolve(url);
        return Promise.resolve();
      },
    });
  }

  /** Where the question that is shown takes its answers. */
  get url(): Promise<string> {
    return this.#seen.promise;
  }

  /** What is left in the one output. */
  get left(): string {
    assertEquals(this.shown.size, 1);
    return String([...this.shown.values()][0]["text/html"]);
  }

  async post(word: string): Promise<number> {
    const answer = await fetch(await this.url + word, { method: "POST" });
    await answer.body?.cancel();
    return answer.status;
  }

  [Symbol.dispose]() {
    this.#kernel[Symbol.dispose]();
  }
}

const ask = (options: ApprovalButtonsOptions = {}, signal = new AbortController().signal) =>
  Promise.resolve(approvalButtons(options).ask(question, signal));

Deno.test("a page that says hello is waited for, and its answer takes the place of the buttons", async () => {
  using page = new Page();
  const answer = ask({ helloMs: 2_000 });
  assertEquals(await page.post("hello"), 200);
  assertEquals(await page.post("perhaps"), 400);
  await new Promise((resolve) => setTimeout(resolve, 2_200)); // longer than a page has to say hello
  assertEquals(await page.post("continue"), 200);
  assertEquals(await answer, "continue");
  assertStringIncludes(page.left, "continue: it is done");
  assert(!page.left.includes("<button") && !page.left.includes("<script") && !page.left.includes("127.0.0.1"));
  assertEquals(await page.post("cancel"), 404);
  await closeLoopback();
});

Deno.test("where no page says hello the front gives up, says so, and the next question is given up sooner", async () => {
  using page = new Page();
  await assertRejects(() => ask({ helloMs: 50 }), SondeError, "no page has shown the question within 50 ms");
  assertStringIncludes(
    page.left,
    "cancel: it is left out, and the run goes on (nobody could answer: no page has shown",
  );
  page.shown.clear();
  await assertRejects(() => ask({ helloMs: 60 }), SondeError, "within 30 ms");
  await closeLoopback();
});

Deno.test("a question that is over elsewhere says how, and its page is no longer heard", async () => {
  using page = new Page();
  const over = new AbortController(), answer = ask({}, over.signal);
  assertEquals(await page.post("hello"), 200);
  over.abort(new SondeError("deadline: cancel"));
  await assertRejects(() => answer, SondeError, "deadline: cancel");
  assertStringIncludes(page.left, "<b>deadline: cancel</b>");
  assertEquals(await page.post("continue"), 404);
  await closeLoopback();
});

Deno.test("a page on another computer answers by a file beside the notebook", async () => {
  using page = new Page();
  const folder = await Deno.makeTempDir();
  const answer = ask({ notebook: join(folder, "a.ipynb"), helloMs: 3_000 });
  await page.url;
  const file = /"file":"([^"]+)"/.exec(String([...page.shown.values()][0]["text/html"]))![1];
  await Deno.writeTextFile(join(folder, file), "hello");
  await new Promise((resolve) => setTimeout(resolve, 3_300)); // it was heard: the wait for a hello is over
  await Deno.writeTextFile(join(folder, file), "abort");
  assertEquals(await answer, "abort");
  await Deno.remove(folder, { recursive: true });
  await closeLoopback();
});

Deno.test("what a question says stands in its page as text, never as markup or script", () => {
  const hostile = `</script><img onerror="x">&`;
  const html = approvalHtml({ id: "a", text: hostile, answers: { [hostile]: hostile }, url: hostile });
  assertEquals(html.match(/<img/g), null);
  assertEquals(html.match(/<\/script>/g)?.length, 1);
  assert(!answeredHtml(hostile, hostile).includes("<img"));
});

const SOURCE = new URL("../src/", import.meta.url).href;
const IMPORTS = `
import { connect, scan, sim } from "sonde";
import "${SOURCE}wire/notebook/guard_kernel_cells.ts";
const rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
async function asking(to) {
  const answers = [];
  const run = scan(function* ({ ask, measure }) {
    yield* measure({ x: 0 });
    answers.push(yield* ask("a peak", "look closer", { otherwise: "cancel" }));
    yield* measure({ x: 1 });
  }, { rig, read: ["diode"], to, quiet: true });
  const { status } = await run.done;
  console.log("answers:", answers.join(), status);
}`;

Deno.test({
  name: `executed by a program, a question is answered by its default, and says so${HAS_LAB ? "" : " (no .venv-lab)"}`,
  ignore: !HAS_LAB,
  fn: () =>
    withKernel(async (kernel) => {
      assertEquals((await kernel.execute(IMPORTS)).error, undefined);
      const { stdout, outputs, error } = await kernel.execute(`await asking("a.zarr")`);
      assertEquals([error, stdout], [undefined, "answers: cancel success\n"]);
      const [left] = outputs.filter(({ kind }) => kind === "display_data");
      const said = /cancel: it is left out, and the run goes on \(nobody could answer: no page has shown the question/;
      assertMatch(String(left.data["text/html"]), said);
      assertMatch(String(left.data["text/plain"]), said);
    }),
});

Deno.test({
  name: `an interrupt while a question is open withdraws it and ends the run${HAS_LAB ? "" : " (no .venv-lab)"}`,
  ignore: !HAS_LAB,
  fn: () =>
    withKernel(async (kernel) => {
      assertEquals((await kernel.execute(IMPORTS)).error, undefined);
      const cell = await kernel.start(`await asking("a.zarr")`);
      await cell.until(({ outputs }) => outputs.some(({ data }) => String(data["text/html"]).includes("<button")));
      await kernel.interrupt();
      const { outputs, error } = await cell.done;
      assertStringIncludes(error!, "run aborted: interrupted in the notebook");
      assertStringIncludes(String(outputs[0].data["text/html"]), "<b>run aborted: interrupted in the notebook</b>");
    }),
});

/** Opens a notebook with a question, has it answered by a click, and looks at what is left. */
async function answerInLab(lab: Lab, answer: Answer): Promise<void> {
  await lab.open("asking.ipynb", [IMPORTS, `await asking("a.zarr")`]);
  await lab.runAll();
  await lab.finished(0);
  await lab.page.locator(`button[data-answer="${answer}"]`).click();
  await lab.finished(1);
  await lab.page.locator(lab.output(1)).filter({ hasText: `answers: ${answer} success` }).waitFor();
  assertEquals(await lab.page.locator("button[data-answer]").count(), 0);
  const saved = JSON.stringify((await lab.save()).cells[1].outputs);
  assert(saved.includes("Next:  look closer") && saved.includes(`${answer}: it is`), saved);
  assert(
    !saved.includes("127.0.0.1") && !saved.includes("<script"),
    "the saved notebook holds neither secret nor script",
  );
}

function testInLab(name: string, body: (lab: Lab) => Promise<void>): void {
  const reason = NO_JUPYTERLAB && ` (skipped: ${NO_JUPYTERLAB})`;
  Deno.test({ name: name + reason, ignore: NO_JUPYTERLAB !== "", fn: () => withJupyterLab(body) });
}

testInLab("in JupyterLab a click on a button answers, by the kernel's loopback server", async (lab) => {
  const asked: string[] = [];
  lab.page.on("request", (request) => request.method() !== "GET" && asked.push(`${request.method()} ${request.url()}`));
  await answerInLab(lab, "continue");
  assertEquals(asked.filter((one) => one.endsWith("/continue") || one.includes("sonde-answer")).length, 1);
});

testInLab("where the kernel's computer is not the page's, a click answers by Jupyter's contents API", async (lab) => {
  const { host } = new URL(lab.url), written: string[] = [];
  // To the page it is as if nobody listened there.
  await lab.page.route((url) => url.hostname === "127.0.0.1" && url.host !== host, (route) => route.abort());
  lab.page.on("request", (request) => request.url().includes("sonde-answer") && written.push(request.method()));
  await answerInLab(lab, "cancel");
  for (let k = 0; k < 50 && !written.includes("DELETE"); k++) await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(written, ["PUT", "PUT", "DELETE"]);
  const names = [...Deno.readDirSync(lab.folder)].map(({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("sonde-answer")), []);
});

testInLab("the stop button stops a moving axis, and the next cell refuses", async (lab) => {
  await lab.open("stop.ipynb", [
    IMPORTS,
    `const slow = await connect({ x: sim.stage({ unit: "mm", limits: [0, 40], speed: 2 }), diode: sim.photodiode() });
     const x = slow.axes.get("x"), op = { signal: new AbortController().signal };
     for await (const p of scan(function* ({ measure }) { yield* measure({ x: 0.1 }); yield* measure({ x: 39 }); },
       { rig: slow, read: ["diode"], to: "s.zarr", quiet: true })) console.log("measured", p.seqNum);`,
    `await x.set(5, op)`,
    `const a = await x.readback(op); await new Promise((r) => setTimeout(r, 300));
     console.log("rests:", Math.abs(await x.readback(op) - a) < 0.001 && a > 0.1 && a < 38)`,
  ]);
  await lab.runAll();
  await lab.page.locator(lab.output(1)).filter({ hasText: "measured 0" }).waitFor();
  await new Promise((resolve) => setTimeout(resolve, 500));
  await lab.stop();
  await lab.page.locator(lab.output(1)).filter({ hasText: "Interrupted: the scan ends in order" }).waitFor();
  // JupyterLab itself drops the cells that waited when one before them fails.
  await lab.run(2);
  await lab.page.locator(lab.output(2)).filter({ hasText: "HaltedError" }).first().waitFor();
  await lab.run(3);
  await lab.page.locator(lab.output(3)).filter({ hasText: "rests: true" }).waitFor();
});
