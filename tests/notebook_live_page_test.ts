import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import type { FigureData } from "../src/view/mod.ts";
import { liveFigureJson, livePage, livePlotlyScript, liveUpdate } from "../src/view/notebook/live_page.ts";
import { plotlySource } from "../src/view/plotly_source.ts";
import { plotlyRoute } from "../src/wire/notebook/plotly_route.ts";
import { closeLoopback } from "../src/wire/notebook/loopback.ts";
import { CHROMIUM, startChromium } from "./jupyterlab.ts";

/** A page in Chromium that shows outputs as notebooks do: their scripts run whenever they are shown. */
function testInPage(name: string, body: (page: Page, show: (html: string) => Promise<void>) => Promise<void>): void {
  const reason = CHROMIUM ? "" : " (skipped: there is no Chromium)";
  Deno.test({
    name: name + reason,
    ignore: !CHROMIUM,
    async fn() {
      const browser = await startChromium();
      try {
        const page = await browser.newPage();
        page.setDefaultTimeout(20_000);
        await page.setContent("<body></body>");
        const show = async (html: string) => {
          await page.evaluate((html) => {
            const { document } = globalThis as unknown as { document: NotebookDocument };
            document.body.append(document.createRange().createContextualFragment(html));
          }, html);
        };
        await body(page, show);
      } finally {
        await browser.close();
        await closeLoopback();
      }
    },
  });
}

/** What of a page's document is used here. */
interface NotebookDocument {
  readonly body: { append(node: unknown): void };
  createRange(): { createContextualFragment(html: string): unknown };
}

const STATUS = { part: 0.25, state: "running", lines: ["1 of 4 points", "read 90 %", "x 1 mm"] };

function line(samples: number, name = "diode"): FigureData {
  const x = Float64Array.from({ length: samples }, (_, i) => i), y = x.map((at) => Math.exp(-((at - 20) ** 2) / 20));
  const peaks = samples > 25 ? [{ at: 20, height: 1, prominence: 1, width: 7.4 }] : undefined;
  return {
    title: name,
    panels: [{ kind: "curve", x: { name, unit: "mm" }, y: { name, unit: "V" }, series: [{ name, x, y, peaks }] }],
  };
}

const curve = ".sonde-plot .scatterlayer path.js-line";

testInPage(
  "a live figure is drawn with plotly.js from the kernel's server, and grows with each update",
  async (page, show) => {
    await show(livePage("fig-1", plotlyRoute().url, "scan"));
    assertStringIncludes(await page.locator("#fig-1").innerText(), "live figure of a run");
    await show(liveUpdate("fig-1", STATUS, liveFigureJson(line(15))));
    const first = await page.locator(curve).first().getAttribute("d");
    assertStringIncludes(await page.locator("#fig-1").innerText(), "1 of 4 points");
    await show(liveUpdate("fig-1", { ...STATUS, part: 1 }, liveFigureJson(line(60))));
    await page.locator(".annotation-text, .textpoint").first().waitFor();
    const second = await page.locator(curve).first().getAttribute("d");
    assert(second!.length > first!.length);
    assertStringIncludes(await page.locator("#fig-1 .sonde-plot").innerText(), "20.0 mm, 7.4 mm wide");
    // One line upright, one across: how far the peak stands out, and its width.
    assertEquals(await page.locator("#fig-1 .shapelayer path").count(), 2);
    assertEquals(plotlyRoute().reached, true);
  },
);

testInPage("a cell that a notebook takes away and puts back is drawn anew by the next update", async (page, show) => {
  await show(livePage("fig-2", plotlyRoute().url, "scan"));
  await show(liveUpdate("fig-2", STATUS, liveFigureJson(line(15))));
  await page.locator(curve).first().waitFor();
  await page.evaluate(`document.getElementById("fig-2").remove()`);
  await show(liveUpdate("fig-2", STATUS, liveFigureJson(line(16))));
  await show(livePage("fig-2", plotlyRoute().url, "scan"));
  await show(liveUpdate("fig-2", STATUS, liveFigureJson(line(17))));
  await page.locator(curve).first().waitFor();
});

testInPage(
  "a browser that does not reach the kernel's server draws when plotly.js is brought to it",
  async (page, show) => {
    await show(livePage("fig-3", "http://127.0.0.1:9/plotly.js", "scan"));
    await show(liveUpdate("fig-3", STATUS, liveFigureJson(line(15))));
    assertStringIncludes(await page.locator("#fig-3").innerText(), "read 90 %");
    assertEquals(await page.locator(curve).count(), 0);
    await show(livePlotlyScript(await plotlySource()));
    await page.locator(curve).first().waitFor();
    await show(liveUpdate("fig-3", STATUS, liveFigureJson(line(30))));
    await page.locator("#fig-3 .shapelayer path").first().waitFor({ state: "attached" });
  },
);

testInPage("names are text, whatever they hold, and the figure is as dark as JupyterLab", async (page, show) => {
  const evil = `<img src=x onerror="window.evil=1"></script><script>window.evil=1</script>`;
  await page.evaluate(`document.body.dataset.jpThemeLight = "false"`);
  await show(livePage("fig-4", plotlyRoute().url, evil));
  await show(liveUpdate("fig-4", { ...STATUS, lines: [evil] }, liveFigureJson(line(30, evil))));
  await page.locator(curve).first().waitFor();
  assertEquals(await page.evaluate("window.evil"), undefined);
  assertStringIncludes(await page.locator("#fig-4").innerText(), "<img src=x");
  assertEquals(
    await page.evaluate(`getComputedStyle(document.getElementById("fig-4")).backgroundColor`),
    "rgb(20, 23, 28)",
  );
});
