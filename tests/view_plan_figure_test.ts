import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { orderGrid } from "../src/view/figures/order_grid.ts";
import { planFigure } from "../src/view/figures/plan_figure.ts";
import { imageHtml } from "../src/view/notebook/image_html.ts";
import { summaryBundle } from "../src/view/notebook/summary.ts";
import { tableHtml, tableText } from "../src/view/notebook/table.ts";

Deno.test("the path of one axis is its setpoints over their order", () => {
  const figure = planFigure({ axes: [{ name: "x", unit: "mm", setpoints: [0, 2, 1] }], passes: ["a", "a", "a"] })!;
  const [panel] = figure.panels;
  assert(panel.kind === "curve");
  assertEquals(Array.from(panel.series[0].y), [0, 2, 1]);
  assertEquals([panel.x.name, panel.y.unit], ["order", "mm"]);
});

Deno.test("orderGrid() gives every point of a grid its own cell, whatever the order", () => {
  const side = fc.uniqueArray(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 6 });
  const arbitrary = fc.tuple(side, side, fc.integer()).map(([xs, ys, seed]) => {
    const all = ys.flatMap((y) => xs.map((x) => [x, y]));
    return all.map((at, i) => [at, Math.sin(seed + i * 7919)] as const).sort((a, b) => a[1] - b[1]).map(([at]) => at);
  });
  fc.assert(fc.property(arbitrary, (points) => {
    const grid = orderGrid(points.map(([x]) => x), points.map(([, y]) => y));
    assert(grid.exact);
    points.forEach(([x, y], i) => {
      assertEquals(grid.order[grid.y.indexOf(y) * grid.x.length + grid.x.indexOf(x)], i);
    });
  }));
});

Deno.test("orderGrid() colours scattered places by the nearest point", () => {
  const x = Float64Array.from({ length: 40 }, (_, i) => Math.sin(i * 12.9898)),
    y = x.map((_, i) => Math.sin(i * 78.233));
  const grid = orderGrid(x, y);
  assert(!grid.exact);
  grid.order.forEach((order, cell) => {
    if (Number.isNaN(order)) return;
    const cx = grid.x[cell % grid.x.length], cy = grid.y[Math.floor(cell / grid.x.length)];
    const spanX = Math.max(...x) - Math.min(...x), spanY = Math.max(...y) - Math.min(...y);
    const away = (i: number) => Math.hypot((x[i] - cx) / spanX, (y[i] - cy) / spanY);
    for (let i = 0; i < x.length; i++) assert(away(order) <= away(i) + 1e-12);
  });
});

Deno.test("a picture in a page is the picture, byte for byte", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="720">${text}%20#"'&\n</svg>`;
    const html = imageHtml(svg, `a "picture" <of> it`);
    const url = /src="data:image\/svg\+xml;charset=utf-8,([^"]*)"/.exec(html)![1];
    assert(!/[<>&]/.test(url));
    assertEquals(decodeURIComponent(url), svg);
    assertStringIncludes(html, ` width="720"`);
  }));
});

Deno.test("a long table is cut, and says by how much", () => {
  const rows = Array.from({ length: 100 }, (_, i) => [String(i)]),
    table = { columns: [{ head: "n", right: true }], rows };
  assertStringIncludes(tableHtml(table), "and 60 more");
  assertStringIncludes(tableText(table), "and 60 more");
  assertEquals(tableHtml(table).match(/<tr>/g)!.length, 42);
});

Deno.test("a summary of much data stays small, and keeps its extremes", () => {
  const x = Float64Array.from({ length: 1e5 }, (_, i) => i), y = x.map((at) => at === 4321 ? 99 : Math.sin(at));
  const figure = planFigure({ axes: [{ name: "x", setpoints: y }], passes: Array.from(x, () => "pass_0") })!;
  const bundle = summaryBundle({ title: "much", figure });
  const bytes = new TextEncoder().encode(JSON.stringify(bundle)).length;
  assert(bytes < 200_000, `${bytes} bytes`);
  assertStringIncludes(JSON.stringify(bundle["application/vnd.plotly.v1+json"]), "99");
});

Deno.test("planFigure() draws the way only where the eye can follow it", () => {
  const grid = (order: (i: number) => number) => {
    const at = Array.from({ length: 100 }, (_, i) => order(i));
    const x = { name: "x", setpoints: at.map((i) => i % 10) },
      y = { name: "y", setpoints: at.map((i) => Math.floor(i / 10)) };
    const [panel] = planFigure({ axes: [y, x], passes: at.map(() => "pass_0") })!.panels;
    return panel.kind === "heatmap" ? panel.trails?.[0].draw : undefined;
  };
  assertEquals(grid((i) => i), "both");
  assertEquals(grid((i) => i * 37 % 100), "points");
});

Deno.test("planFigure() says what it leaves out", () => {
  const x = { name: "x", setpoints: [0, 1, 0, 1] }, y = { name: "y", setpoints: [0, 0, 1, 1] };
  const figure = planFigure({ axes: [y, x], passes: ["a", "a", "a", "a"], total: 1000, rehearsed: true })!;
  const note = figure.panels[0].note ?? "";
  for (const said of ["rehearsed on a simulated sample", "the first 4 of 1,000 points"]) {
    assertStringIncludes(note, said);
  }
  assertEquals(planFigure({ axes: [], passes: ["a"] }), undefined);
  assertEquals(planFigure({ axes: [{ name: "x", setpoints: [] }], passes: [] }), undefined);
});

Deno.test("planFigure() lifts the line of a pass where another pass came between", () => {
  const [panel] = planFigure({
    axes: [{ name: "x", setpoints: [0, 1, 5, 6, 2, 3] }],
    passes: ["coarse", "coarse", "fine", "fine", "coarse", "coarse"],
  })!.panels;
  assert(panel.kind === "curve");
  assertEquals(panel.series.map(({ name }) => name), ["coarse", "fine"]);
  assertEquals(Array.from(panel.series[0].y), [0, 1, NaN, 2, 3]);
});
