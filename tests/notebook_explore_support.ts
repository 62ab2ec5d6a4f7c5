/**
 * Explored runs in Chromium: as pages of their own, and as outputs of a notebook.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Page } from "playwright-core";
import type { Explorer } from "../src/wire/notebook/explore.ts";
import { type Bundle, useKernel } from "../src/wire/notebook/kernel.ts";
import { closeLoopback } from "../src/wire/notebook/loopback.ts";
import { CHROMIUM, startChromium } from "./jupyterlab.ts";
import { storedRun } from "./view_stored_run.ts";

/** A page, and what it said and asked for. */
export interface Seen {
  readonly page: Page;
  readonly complaints: string[];
  readonly requests: string[];
}

async function inBrowser(
  body: (seen: Seen, folder: string) => Promise<void>,
  colorScheme: "light" | "dark" = "light",
): Promise<void> {
  const folder = await Deno.makeTempDir(), browser = await startChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 1200 }, colorScheme });
    page.setDefaultTimeout(20_000);
    const complaints: string[] = [], requests: string[] = [];
    page.on("console", (said) => complaints.push(said.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => requests.push(request.url()));
    await body({ page, complaints, requests }, folder);
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
    await closeLoopback();
  }
}

export function testInBrowser(name: string, body: (seen: Seen, folder: string) => Promise<void>, theme?: "dark"): void {
  const reason = CHROMIUM ? "" : " (skipped: no Chromium)";
  Deno.test({ name: name + reason, ignore: !CHROMIUM, fn: () => inBrowser(body, theme) });
}

export const counted = (size: number) => Array.from({ length: size }, (_, i) => i);
const SIZES = { wavelength: 5, z: 3, y: 4, x: 6 };

/** Four dimensions, a diode that says where it is in four digits, and a camera whose frame says it too. */
export function fourDimensions(
  names: { readonly diode?: string; readonly camera?: string; readonly sample?: string } = {},
) {
  const { diode = "diode", camera = "camera", sample = "" } = names, all = Object.entries(SIZES);
  const axis = (name: string, unit: string, of: (i: number) => number) => ({
    unit,
    dimensions: { [name]: SIZES[name as keyof typeof SIZES] },
    data: counted(SIZES[name as keyof typeof SIZES]).map(of),
  });
  const num = all.reduce((product, [, size]) => product * size, 1), frame = [8, 10];
  const digits = (point: number) => {
    let rest = point, digits = 0;
    for (const [k, [, size]] of [...all].reverse().entries()) {
      digits += (rest % size) * 10 ** k;
      rest = Math.floor(rest / size);
    }
    return digits;
  };
  return storedRun({
    plan: {},
    name: "four",
    sample,
    arrays: {
      wavelength: axis("wavelength", "nm", (i) => 600 + 10 * i),
      z: axis("z", "um", (i) => i),
      y: axis("y", "mm", (i) => 1 - i / 2),
      x: axis("x", "mm", (i) => i / 2),
      quality: { dimensions: SIZES, data: new Float64Array(num).fill(1) },
      [diode]: { unit: "V", dimensions: SIZES, data: counted(num).map(digits) },
      [camera]: {
        unit: "count",
        dimensions: { ...SIZES, [`${camera}_y`]: frame[0], [`${camera}_x`]: frame[1] },
        data: counted(num * 80).map((i) => digits(Math.floor(i / 80)) + (i % 80) / 100),
      },
    },
  });
}

/** What the browser draws of a plot: its readings as rows, from its data. */
export const rowsOf = (page: Page, plot: number) =>
  page.locator(".js-plotly-plot").nth(plot).evaluate((one) => {
    const { z } = (one as unknown as { data: { z: ArrayLike<number>[] }[] }).data[0];
    return z.map((row) => Array.from(row));
  });
const drawn = (page: Page) => page.locator("[data-drawn]").getAttribute("data-drawn");

/** Ends when the figure has been drawn again after `act`. */
export async function afterDrawing(page: Page, act: () => Promise<unknown>): Promise<void> {
  const before = await drawn(page);
  await act();
  await page.locator(`[data-drawn]:not([data-drawn="${before}"])`).waitFor();
}

export async function slide(page: Page, dimension: string, index: number): Promise<void> {
  await afterDrawing(page, () => page.locator(`[data-dimension="${dimension}"]`).fill(String(index)));
}

/** The middle of a cell in the browser's plot: at its coordinates, or between its edges. */
export async function cellAt(page: Page, plot: number, column: number, row: number): Promise<{ x: number; y: number }> {
  const place = await page.locator(".js-plotly-plot").nth(plot).evaluate((one, [column, row]) => {
    const { data: [{ x, y, z }], _fullLayout: { xaxis, yaxis } } = one as unknown as {
      data: { x: number[]; y: number[]; z: ArrayLike<number>[] }[];
      _fullLayout: Record<string, { d2p(at: number): number; _offset: number }>;
    };
    const middle = (at: number[], k: number, cells: number) => at.length > cells ? (at[k] + at[k + 1]) / 2 : at[k];
    return {
      x: xaxis._offset + xaxis.d2p(middle(x, column, z[0].length)),
      y: yaxis._offset + yaxis.d2p(middle(y, row, z.length)),
    };
  }, [column, row]);
  const box = (await page.locator(".js-plotly-plot").nth(plot).boundingBox())!;
  return { x: box.x + place.x, y: box.y + place.y };
}

export async function clickCell(page: Page, column: number, row: number): Promise<void> {
  const { x, y } = await cellAt(page, 0, column, row);
  await page.mouse.move(x, y);
  await page.locator(".hoverlayer .hovertext").first().waitFor();
  await page.mouse.click(x, y);
}

export async function openPage({ page }: Seen, folder: string, html: string): Promise<void> {
  const path = join(folder, "page.html");
  await Deno.writeTextFile(path, html);
  await page.goto(`file://${path}`);
  await page.locator("[data-drawn]").waitFor();
}

/** Puts an output into a page as Jupyter does: as markup, and then its scripts. */
async function putOutput(page: Page, html: string): Promise<void> {
  await page.evaluate(
    `(html) => {
    const place = document.body.appendChild(document.createElement("div"));
    place.innerHTML = html;
    for (const old of place.querySelectorAll("script")) {
      const script = document.createElement("script");
      script.textContent = old.textContent;
      old.replaceWith(script);
    }
  }`.replace(/^/, "(").concat(")(", JSON.stringify(html), ")"),
  );
}

/** A notebook's page from a server of its own; shows what the explorer displays. */
export async function inNotebook(
  { page }: Seen,
  explorer: Explorer,
  reachable = true,
): Promise<Record<string, string>> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response("<!doctype html><title>notebook</title><link rel=icon href=data:,>", {
        headers: { "content-type": "text/html" },
      }),
  );
  await page.goto(`http://127.0.0.1:${server.addr.port}/`);
  const shown: Bundle[] = [];
  using _ = useKernel({
    async display(bundle) {
      shown.push(bundle);
      if (reachable) await putOutput(page, String(bundle["text/html"]));
    },
  });
  const display = explorer as unknown as Record<symbol, () => Promise<Record<string, string>>>;
  const bundle = await display[Symbol.for("Jupyter.display")]();
  assertEquals(shown.at(-1), { "text/html": "<span></span>", "text/plain": "" }, "where the kernel is does not stay");
  await putOutput(page, bundle["text/html"]);
  return bundle;
}
