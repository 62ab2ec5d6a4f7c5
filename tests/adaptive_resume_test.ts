/**
 * Adaptive runs that are broken off and taken up again hold what one holds that was left alone. A reading depends on the
 * places of all axes, which are moved by hand between two lives, and on the number of its point: so equal readings say
 * that the axes stood where they should.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import {
  anyEnds,
  brokenOff,
  copyTree,
  type End,
  type Scenario,
  whole,
  xarrayReads,
} from "./adaptive_resume_support.ts";
import { SCENARIOS } from "./adaptive_scenarios.ts";
import type { MeasureRequest, Path } from "../src/core/path.ts";
import { replay } from "../src/scan/replay.ts";
import { resumedSink, zarrSink } from "../src/zarr/zarr_sink.ts";
import { random } from "../src/core/random.ts";
import { channel, header, OUTCOME, point, POINTS, withFolder } from "./zarr_fixture.ts";

/** Breaks a scan off once in each half, then several times in a row anywhere. Gives copies of it as it stood in between. */
async function breakOff(folder: string, name: string, scenario: Scenario): Promise<string[]> {
  const alone = await whole(folder, scenario), chance = random(1, name), stops: string[] = [];
  const once = Array.from({ length: 2 }, (_, k): End[] => [
    { how: "abort", tick: Math.floor(alone.ticks * (k + chance.uniform()) / 2) },
  ]);
  const inARow = [3].map((lives) => anyEnds(chance, alone, lives));
  for (const [k, ends] of [...once, ...inARow].entries()) {
    await brokenOff(join(folder, `${k}.zarr`), scenario, alone, ends, async (store, life) => {
      const stop = join(folder, `${k}-${life}.zarr`);
      await copyTree(store, stop);
      stops.push(stop);
    });
  }
  return [alone.store, ...stops];
}

const FAMILIES: Readonly<Record<string, RegExp>> = {
  "zoom and align": /^(zoom|align)/,
  "track and focus": /^(track|focus)/,
  "learn and climb": /^(learn|climb)/,
  "when, fold, derived signals, and paths of one's own": /^(when|fold|derived|a )/,
};

Deno.test("every scenario belongs to a family", () => {
  const all = Object.keys(SCENARIOS);
  for (const name of all) assert(Object.values(FAMILIES).some((names) => names.test(name)), name);
});

for (const [family, names] of Object.entries(FAMILIES)) {
  Deno.test(`what is broken off anywhere and taken up again ends as if nothing had happened, and xarray opens it at each stop: ${family}`, (t) =>
    withFolder(async (folder) => {
      const stops: string[] = [];
      for (const [name, scenario] of Object.entries(SCENARIOS).filter(([name]) => names.test(name))) {
        await t.step(name, async () => {
          const own = join(folder, name.replaceAll(/\W+/g, "-"));
          await Deno.mkdir(own);
          stops.push(...await breakOff(own, name, scenario));
        });
      }
      await t.step("xarray", () => xarrayReads(stops));
    }));
}

Deno.test("the scenarios have what can go wrong in them: failed, retried and skipped points, and answers of both kinds", () =>
  withFolder(async (folder) => {
    const found = { failed: 0, retried: 0, skipped: 0, continued: 0, cancelled: 0 };
    for (const [k, scenario] of Object.values(SCENARIOS).entries()) {
      const own = join(folder, String(k));
      await Deno.mkdir(own);
      const { contents } = await whole(own, scenario);
      const codes = Object.keys(contents).filter((name) => /(^|\/)quality$/.test(name)).flatMap((name) =>
        contents[name]
      );
      const said = (contents.said ?? []).map(String);
      const has = (what: boolean) => what ? 1 : 0;
      found.retried += has(codes.includes(2));
      found.failed += has(codes.includes(3));
      found.skipped += has(codes.includes(4));
      found.continued += has(said.some((line) => line.includes('"answer":"continue"')));
      found.cancelled += has(said.some((line) => line.includes('"answer":"cancel"')));
    }
    assertEquals(Object.entries(found).filter(([, count]) => count < 4), [], JSON.stringify(found));
  }));

Deno.test("a skipped point that a kill has lost is recorded anew, and what stands behind it is not measured again", async () => {
  const measure = (pass: string, k: number, skip = false): MeasureRequest => {
    return { kind: "measure", pass, index: [k], setpoint: { x: k }, skip };
  };
  const requests = [measure("a", 0), measure("b", 0, true), measure("a", 1), measure("b", 1, true), measure("a", 2)];
  const sent: string[] = [];
  const path = function* (): Path {
    for (const request of requests) {
      const { quality } = (yield request) as { readonly quality: string };
      sent.push(`${request.pass} ${request.index} ${quality}`);
    }
  };
  const { path: rest, setpoint } = await replay(path(), {
    grids: new Set(["a", "b"]),
    point: (pass, [k]) => {
      if (pass === "b" || k > 1) return Promise.resolve(undefined);
      return Promise.resolve(point([k], k, { pass, setpoint: { x: k } }));
    },
    points: { next: () => Promise.resolve({ done: true, value: undefined }) },
    measured: 2,
    moves: [],
    answers: [],
    notes: [],
  });
  assertEquals([sent, setpoint], [["a 0 good", "b 0 skipped", "a 1 good"], { x: 1 }]);
  const asked: unknown[] = [], skipped = point([0], -1, { quality: "skipped" });
  for (let next = rest.next(undefined); !next.done; next = rest.next(skipped)) asked.push(next.value);
  assertEquals(asked, [{ ...requests[1], due: undefined }, requests[3], requests[4]]);
  assertEquals(sent.slice(3), ["b 1 skipped", "a 2 skipped"]);
});

Deno.test("arrays that come up when a run is taken up stand with their group, so that zarr-python finds all of it", () =>
  withFolder(async (folder) => {
    const url = join(folder, "run.zarr"), head = header({ groups: [POINTS] }, [channel("diode")]);
    const first = zarrSink({ url });
    await first.open(head);
    await first.log({ kind: "note", timestampMs: 0, seqNum: 0, text: "began" });
    await first.close({ ...OUTCOME, status: "aborted" });
    const again = await resumedSink({ url }, head, undefined, true);
    await again.open(head);
    await again.write(point([0], 0, { setpoint: { x: 1, y: 2 }, reading: { diode: 1 } }));
    await again.close({ ...OUTCOME, points: 1 });
    await xarrayReads([url]);
  }));
