import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { z } from "zod";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import type { Rig } from "../src/core/rig.ts";
import { checkPlan } from "../src/scan/check.ts";
import { planToYaml } from "../src/scan/scan_file.ts";
import { scanFileSchema } from "../src/scan/schema.ts";
import { parseScanFile } from "../src/scan/scan_file.ts";
import fc from "fast-check";
import { SCHEMA_FILE, schemaText } from "../tools/schema.ts";
import { planArbitrary } from "./scan_plan_arbitrary.ts";
import { listPlan } from "./scan_plan_listing.ts";

const guide = await Deno.readTextFile(new URL("../docs/plans.md", import.meta.url));

/** The YAML examples of the guide, each with the listing that follows it, if one does. */
const examples = [...guide.matchAll(/^```yaml\n([^`]*)^```\n(?:\s*^```text\n([^`]*)^```\n)?/gm)]
  .map(([, yaml, listing]) => ({ yaml, listing }));

/** An example as a whole scan file: those about plans leave out what is read. */
const whole = (yaml: string) => /^read:/m.test(yaml) ? yaml : `read: [diode]\n${yaml}`;

/** The schema as an editor has it: from the committed file alone. */
const committed = z.fromJSONSchema(JSON.parse(await Deno.readTextFile(SCHEMA_FILE)));

Deno.test("docs/plan.schema.json is what the sources say (deno run -A tools/schema.ts renews it)", async () => {
  assertEquals(await Deno.readTextFile(SCHEMA_FILE), schemaText());
});

Deno.test("docs/plans.md shows every kind of node, and every key of each", () => {
  const schema = JSON.parse(schemaText()), kinds = schema.$defs.plan.oneOf as { properties: Record<string, never> }[];
  const shown = examples.map(({ yaml }) => yaml).join("\n");
  for (const { properties } of kinds) {
    const { const: kind } = properties.kind as { const: string };
    assert(shown.includes(`kind: ${kind}`), `no example of ${kind}`);
    for (const key of Object.keys(properties)) assert(guide.includes(key), `${kind}.${key} is nowhere`);
  }
});

for (const [k, { yaml, listing }] of examples.entries()) {
  Deno.test(`example ${k + 1} of docs/plans.md is a scan, and gives the points that are printed below it`, () => {
    const { plan } = parseScanFile(whole(yaml));
    assert(committed.safeParse(parse(whole(yaml))).success, "the JSON Schema refuses it");
    if (listing !== undefined) assertEquals(listPlan(plan), listing.trimEnd());
  });
}

Deno.test("every adaptive example of docs/plans.md passes check on a rig that has what it names", async () => {
  const stage = (unit: string) => sim.stage({ unit, limits: [-5, 5] });
  await using rig = await connect({
    x: stage("mm"),
    y: stage("mm"),
    z: stage("mm"),
    wavelength: sim.monochromator({ limits: [400, 900] }),
    shutter: sim.shutter(),
    camera: sim.camera({ shape: [24, 32] }),
    diode: sim.photodiode(),
    lockin: sim.lockin(),
  });
  const kinds = /kind: (zoom|align|track|focus|learn|climb|when|fold)\b/;
  const adaptive = examples.filter(({ yaml }) => kinds.test(yaml));
  assert(adaptive.length >= 9, `only ${adaptive.length} examples`);
  for (const { yaml } of adaptive) {
    const { plan, read, derive, keep } = parseScanFile(whole(yaml));
    const { issues, adaptive, pointRange: { min, max }, points } = await checkPlan(plan, rig as unknown as Rig, {
      read,
      derive,
      keep,
    });
    assertEquals(issues.filter(({ severity }) => severity === "error"), [], yaml);
    assert(adaptive && min <= points && points <= max, yaml);
  }
});

Deno.test("the JSON Schema accepts every plan that the parser accepts", () => {
  fc.assert(fc.property(planArbitrary, (plan) => {
    assert(committed.safeParse({ read: ["diode"], plan: parse(planToYaml(plan)) }).success);
  }));
});

Deno.test("the JSON Schema refuses what the parser refuses in form", () => {
  const wrong: unknown[] = [
    {},
    { read: ["diode"] },
    { read: [], plan: { kind: "repeat", num: 2 } },
    { read: ["diode"], plan: { kind: "repeat", num: 0 } },
    { read: ["diode"], plan: { kind: "repeat", num: 2, nmu: 2 } },
    { read: ["diode"], plan: { kind: "repaet", num: 2 } },
    {
      read: ["diode"],
      plan: { kind: "nest", plans: [{ kind: "snake", plan: { kind: "list", axis: "x", setpoints: [] } }] },
    },
    { read: ["diode"], plan: { kind: "repeat", num: 2 }, maxPoints: "many" },
    { read: ["diode"], plan: { kind: "repeat", num: 2 }, plans: { a: { kind: "use" } } },
  ];
  for (const file of wrong) {
    assert(!scanFileSchema.safeParse(file).success && !committed.safeParse(file).success, JSON.stringify(file));
  }
});
