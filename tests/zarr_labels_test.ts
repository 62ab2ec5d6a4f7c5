import { assert, assertEquals } from "@std/assert";
import { zstdDecompressSync } from "node:zlib";
import { join } from "@std/path";
import type { Point } from "../src/core/point.ts";
import type { RunHeader } from "../src/core/sink.ts";
import { addNote } from "../src/zarr/add_note.ts";
import type { Compression } from "../src/zarr/codecs.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { resumedSink, zarrSink } from "../src/zarr/zarr_sink.ts";
import {
  channel,
  dimension,
  filesIn,
  header,
  OUTCOME,
  point,
  POINTS,
  readAll,
  readOurselves,
  withFolder,
} from "./zarr_fixture.ts";

const FILTERS = ["open", "geschlossen", "größer als 550 nm", ""];

/** An axis of labels along a grid, and two in a group that grows. */
function labelled(): RunHeader {
  const names = { name: "filter", unit: "", labels: true, at: (i: number) => FILTERS[i] };
  const grid = { path: "", dimensions: [{ name: "filter", size: 3, coordinates: [names] }, dimension("y", 2)] };
  const groups = [
    { ...grid, axes: ["filter", "y"], pass: "pass_0" },
    { ...POINTS, axes: ["filter", "shutter"] },
  ];
  const labels = ["filter", "shutter"].map((name) => [name, { name, unit: "", labels: FILTERS }] as const);
  return header({ groups }, [channel("diode")], { axes: new Map(labels) });
}

/** Point number `k`: the first six in the grid. */
function numbered(k: number): Point {
  const filter = FILTERS[k % 3], shutter = FILTERS[(k * k) % 4], reading = { diode: k };
  if (k >= 6) return readBack([k - 6], k, { pass: "points", setpoint: { filter, shutter }, reading });
  return readBack([k % 3, Math.floor(k / 3)], k, { setpoint: { filter, y: Math.floor(k / 3) / 2 }, reading });
}

/** Labels are read back as they were set. */
function readBack(index: number[], seqNum: number, more: Partial<Point>): Point {
  return point(index, seqNum, { ...more, readback: { ...more.setpoint } });
}

/** Points `from` to `to` of a run, which is left aborted. */
async function measure(url: string, from: number, to: number, compression?: Compression): Promise<void> {
  const options = { url, compression }, head = labelled();
  const sink = from ? await resumedSink(options, head, () => false, true) : zarrSink(options);
  await sink.open(head);
  for (let k = from; k < to; k++) {
    await sink.write(numbered(k));
    if (k % 4 === 0) sink.log({ kind: "note", timestampMs: k, seqNum: k, text: `größer ${k}`, data: { k } });
  }
  await sink.close({ ...OUTCOME, status: "aborted", points: to });
}

/** Everything but the log, whose times of resumption differ, as Sonde finds it. */
async function contents(path: string): Promise<Record<string, unknown[]>> {
  const found = Object.entries(await readOurselves(path)).filter(([name]) => !name.startsWith("log/"));
  return Object.fromEntries(found.map(([name, { elements }]) => [name, elements]));
}

interface Node {
  readonly data_type?: string;
  codecs: { readonly name: string }[];
}

async function rootOf(path: string): Promise<{ consolidated_metadata: { metadata: Record<string, Node> } }> {
  return JSON.parse(await Deno.readTextFile(join(path, "zarr.json")));
}

/** What follows `vlen-utf8`, by array of labels. */
async function labelCodecs(path: string): Promise<Record<string, string>> {
  const nodes = Object.entries((await rootOf(path)).consolidated_metadata.metadata);
  const labels = nodes.filter(([, node]) => node.data_type === "string");
  return Object.fromEntries(labels.map(([name, { codecs }]) => [name, codecs.slice(1).map(({ name }) => name).join()]));
}

/** Makes of a run one as Sonde wrote it before labels were compressed. */
async function makePlain(path: string): Promise<void> {
  const root = await rootOf(path), { metadata } = root.consolidated_metadata;
  for (const [name, node] of Object.entries(metadata)) {
    if (node.data_type !== "string") continue;
    node.codecs = node.codecs.slice(0, 1);
    await Deno.writeTextFile(join(path, name, "zarr.json"), JSON.stringify(node));
    for (const file of await filesIn(join(path, name, "c"))) {
      const chunk = join(path, name, "c", file);
      await Deno.writeFile(chunk, new Uint8Array(zstdDecompressSync(await Deno.readFile(chunk))));
    }
  }
  await Deno.writeTextFile(join(path, "zarr.json"), JSON.stringify(root));
}

for (const compression of ["zstd", "fast", "small", "none"] as const) {
  Deno.test(`labels are what all readers read, and take little room, also after a resume (${compression})`, () =>
    withFolder(async (folder) => {
      const whole = join(folder, "whole.zarr"), parts = join(folder, "parts.zarr");
      await measure(whole, 0, 40, compression);
      await measure(parts, 0, 4, compression);
      await measure(parts, 4, 17, compression);
      await measure(parts, 17, 40, compression);
      assertEquals(await contents(parts), await contents(whole));
      const found = await readAll(parts);
      assertEquals(found["points/shutter_readback"].elements, Array.from({ length: 34 }, (_, k) => FILTERS[k * k % 4]));
      assertEquals(found["log/text"].elements.slice(0, 3), ["größer 0", "taken up after 4 points", "größer 4"]);
      for (const [name, codec] of Object.entries(await labelCodecs(parts))) {
        assertEquals(codec, compression === "none" ? "" : "zstd", name);
        const [chunk] = await filesIn(join(parts, name, "c")),
          { size } = await Deno.stat(join(parts, name, "c", chunk));
        assert(compression === "none" || size < 600, `${name}: ${size} bytes`);
      }
      const { whole: sound, findings, unchecked, chunks } = await verifyRun(parts);
      assert(sound, JSON.stringify(findings));
      assertEquals(unchecked, compression === "none" ? chunks : 0);
    }));
}

Deno.test("a run whose labels stand uncompressed, as earlier versions wrote them, is resumed and stays as it is", () =>
  withFolder(async (folder) => {
    const whole = join(folder, "whole.zarr"), old = join(folder, "old.zarr");
    await measure(whole, 0, 40);
    await measure(old, 0, 17);
    await makePlain(old);
    await addNote(old, "of a later version");
    await measure(old, 17, 40);
    assertEquals(await contents(old), await contents(whole));
    assertEquals(new Set(Object.values(await labelCodecs(old))), new Set([""]));
    assert((await readAll(old))["log/text"].elements.includes("of a later version"));
    assert((await verifyRun(old)).whole);
  }));

Deno.test("a run with uncompressed labels takes a log that compresses them, and is resumed with both", () =>
  withFolder(async (folder) => {
    const path = join(folder, "old.zarr"), head = labelled(), sink = zarrSink({ url: path });
    await sink.open(head);
    for (let k = 0; k < 9; k++) await sink.write(numbered(k));
    await sink.close({ ...OUTCOME, status: "aborted", points: 9 });
    await makePlain(path);
    await addNote(path, "the first entry of its log");
    await measure(path, 9, 20);
    const { "log/text": log, "points/filter_readback": labels, ...rest } = await labelCodecs(path);
    assertEquals([log, labels, rest.filter], ["zstd", "", ""]);
    const found = await readAll(path);
    assertEquals(found["points/filter_setpoint"].elements, Array.from({ length: 14 }, (_, k) => FILTERS[k % 3]));
    assert((await verifyRun(path)).whole);
  }));
