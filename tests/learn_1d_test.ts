import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { learnPeer } from "../bench/adaptive/learn_peer.ts";
import { LINES, lineTruths } from "../bench/adaptive/truths.ts";
import { Learner1D, type Learner1DOptions } from "../src/adapt/learn/learner_1d.ts";
import { LossHeap } from "../src/adapt/learn/loss_heap.ts";
import { RunningMean } from "../src/adapt/learn/running_mean.ts";
import { SortedNodes } from "../src/adapt/learn/sorted_nodes.ts";
import { random } from "../src/core/random.ts";
import { runCommand } from "../tools/run_command.ts";
import { venvPython } from "../tools/venv.ts";

type Curve = (x: number) => number;

/** Lets a learner ask `num` times, and gives what it asked, in the order of asking. */
function learnt(curve: Curve, num: number, options: Partial<Learner1DOptions> = {}): [number, number][] {
  const learner = new Learner1D({ ranges: [[-1, 1]], ...options }), measured: [number, number][] = [];
  for (let at = learner.ask(); at && measured.length < num; at = learner.ask()) {
    measured.push([at[0], curve(at[0])]);
    learner.tell(at, measured.at(-1)![1]);
  }
  return measured;
}

/** Largest and root mean square deviation of the line through the means of what was measured. */
function errors(curve: Curve, measured: readonly (readonly number[])[]): { most: number; rms: number } {
  const means = new Map<number, RunningMean>();
  for (const [x, y] of measured) means.set(x, means.get(x) ?? new RunningMean()).get(x)!.add(y);
  const xs = [...means.keys()].sort((a, b) => a - b), ys = xs.map((x) => means.get(x)!.mean);
  let k = 0, most = 0, squares = 0;
  const num = 4001;
  for (let i = 0; i < num; i++) {
    const x = -1 + 2 * i / (num - 1);
    while (k < xs.length - 2 && xs[k + 1] < x) k++;
    const error = Math.abs(ys[k] + (ys[k + 1] - ys[k]) * (x - xs[k]) / (xs[k + 1] - xs[k]) - curve(x));
    most = Math.max(most, error);
    squares += error ** 2;
  }
  return { most, rms: Math.sqrt(squares / num) };
}

const geometricMean = (numbers: number[]) =>
  Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);

/** Peaks and steps of several places and widths. */
const curves: fc.Arbitrary<Curve> = fc.record({
  name: fc.constantFrom("gaussian", "lorentzian", "step"),
  at: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
  width: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
}).map(({ name, at, width }) => (x) => LINES[name](x, [at, width, 0.1]));
const losses = fc.constantFrom("uniform" as const, "distance" as const, "curvature" as const, "resolution" as const);

const hasPeer = await runCommand(venvPython(".venv-bench"), ["-c", "import adaptive"]).then(({ code }) => code === 0);
const peerTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: hasPeer ? name : `${name} (needs .venv-bench: deno task setup bench)`, ignore: !hasPeer, fn });

peerTest("Learner1D asks what python-adaptive asks under distance, uniform and resolution", async () => {
  const cases = lineTruths(7).filter(({ name }) => name !== "chirp" && name !== "lines").flatMap((truth) =>
    (["distance", "uniform", "resolution"] as const).map((loss) => ({ ...truth, loss, points: 60 }))
  );
  const { learnt: theirs } = await learnPeer(cases);
  cases.forEach(({ name, parameters, loss }, k) => {
    const ours = learnt((x) => LINES[name](x, parameters), 60, { loss }).map(([x]) => x).sort((a, b) => a - b);
    assertEquals(ours, theirs[k].measured.map(([x]) => x), `${name} ${parameters} under ${loss}`);
  });
});

peerTest("Learner1D under curvature errs less than python-adaptive with as many points", async () => {
  for (const points of [100, 300]) {
    const cases = [1, 2, 3].flatMap(lineTruths).map((truth) => ({ ...truth, loss: "curvature", points }));
    const { learnt: theirs } = await learnPeer(cases);
    const ratios = cases.map(({ name, parameters }, k) => {
      const curve: Curve = (x) => LINES[name](x, parameters);
      const our = errors(curve, learnt(curve, points)), their = errors(curve, theirs[k].measured);
      return { most: our.most / their.most, rms: our.rms / their.rms };
    });
    const most = geometricMean(ratios.map(({ most }) => most)), rms = geometricMean(ratios.map(({ rms }) => rms));
    assert(most < 0.7 && rms < 0.8, `${points} points: ${most} of their largest, ${rms} of their rms deviation`);
  }
});

Deno.test("Learner1D asks the ends of its range first, and the same until it is told something", () => {
  const learner = new Learner1D({ ranges: [[2, 5]] });
  assertEquals([learner.ask(), learner.ask(), learner.loss()], [[2], [2], Infinity]);
  learner.tell([2], 0);
  assertEquals([learner.ask(), learner.loss()], [[5], Infinity]);
  learner.tell([5], 1);
  assertEquals([learner.ask(), learner.points], [[3.5], 2]);
});

Deno.test("Learner1D never asks outside its range, nearer than the least step, off the grid, or twice", () => {
  const options = fc.record({
    low: fc.double({ min: -100, max: 100, noNaN: true }),
    width: fc.double({ min: 0.1, max: 100, noNaN: true }),
    minStep: fc.option(fc.double({ min: 1e-3, max: 0.2, noNaN: true })),
    grid: fc.option(fc.double({ min: 1e-3, max: 0.2, noNaN: true })),
    travelCost: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(fc.property(curves, losses, options, fc.infiniteStream(fc.nat(9)), (curve, loss, given, luck) => {
    const { low, width, travelCost } = given, high = low + width, step = given.grid === null ? 0 : given.grid * width;
    const least = (given.minStep ?? 0) * width;
    const learner = new Learner1D({
      ranges: [[low, high]],
      loss,
      minStep: [least],
      grid: step ? [{ origin: low, step }] : undefined,
      travelCost,
    });
    const asked: number[] = [];
    for (let at = learner.ask(); at && asked.length < 200; at = learner.ask()) {
      const [x] = at, good = luck.next().value! > 0;
      assert(x >= low && x <= high, `${x} is outside ${low} … ${high}`);
      if (step) assert(Math.abs((x - low) / step - Math.round((x - low) / step)) < 1e-6, `${x} is off the grid`);
      const near = Math.min(...asked.map((other) => Math.abs(other - x)));
      const ends = asked.length < 2; // the ends are asked however near they are
      assert(ends ? near > 0 : near >= least * (1 - 1e-6) && near > 0, `${x} is only ${near} from another point`);
      asked.push(x);
      learner.tell(at, good ? curve(2 * (x - low) / width - 1) : NaN);
    }
    assertEquals(learner.points, asked.length);
  }));
});

Deno.test("Learner1D asks the same again of the same readings, scaled or shifted by powers of two", () => {
  fc.assert(fc.property(curves, losses, fc.integer({ min: -20, max: 20 }), (curve, loss, power) => {
    const rounded: Curve = (x) => Math.round(curve(x) * 2 ** 20) / 2 ** 20;
    const places = learnt(rounded, 60, { loss }).map(([x]) => x), scale = 2 ** power;
    const asked = (curve: Curve, options: Partial<Learner1DOptions> = {}) => learnt(curve, 60, { loss, ...options });
    assertEquals(asked(rounded).map(([x]) => x), places);
    assertEquals(asked((x) => rounded(x) * scale).map(([x]) => x), places);
    assertEquals(asked((x) => rounded(x) + 1024).map(([x]) => x), places);
    assertEquals(
      asked((x) => rounded(x / scale), { ranges: [[-scale, scale]] }).map(([x]) => x / scale),
      places,
    );
  }));
});

Deno.test("Learner1D makes nothing of the order in which it is told", () => {
  fc.assert(fc.property(curves, losses, fc.uniqueArray(fc.integer({ min: -99, max: 99 })), (curve, loss, inner) => {
    // The ends and the spread come first: losses are reckoned anew only when the spread has doubled.
    const first = [-1, 1].map((x): [number, number] => [x, curve(x)]), lowest = -2, highest = 2;
    const points = [...first, [-0.995, lowest], [0.995, highest]] as [number, number][];
    const rest = inner.map((k): [number, number] => [k / 100, curve(k / 100)]);
    const learners = [rest, rest.toReversed(), rest.toSorted(([a], [b]) => a - b)].map((order) => {
      const learner = new Learner1D({ ranges: [[-1, 1]], loss });
      for (const [x, y] of [...points, ...order]) learner.tell([x], y);
      return [learner.ask(), learner.loss()];
    });
    assertEquals(learners[1], learners[0]);
    assertEquals(learners[2], learners[0]);
  }));
});

Deno.test("Learner1D goes on around bad points, does not ask them again, and learns the rest as well", () => {
  const curve: Curve = (x) => LINES.lorentzian(x, [0.3, 0.1, 0]), { uniform } = random(5);
  const measured = learnt((x) => uniform() < 0.2 ? NaN : curve(x), 250);
  const good = measured.filter(([, y]) => !Number.isNaN(y));
  assertEquals(new Set(measured.map(([x]) => x)).size, 250);
  assert(good.length < 230 && errors(curve, good).rms < 0.002, String(errors(curve, good).rms));
});

Deno.test("Learner1D wastes few points where all of them are bad", () => {
  const dead: Curve = (x) => x > 0 && x < 0.5 ? NaN : LINES.gaussian(x, [-0.5, 0.05, 0]);
  const measured = learnt(dead, 200), bad = measured.filter(([, y]) => Number.isNaN(y)).length;
  assert(bad > 3 && bad < 60, `${bad} bad points`);
  assertEquals(learnt(() => NaN, 40).length, 40, "and none of it stops where nothing is good");
});

Deno.test("Learner1D looks into a jump down to the least step and says when nothing is left", () => {
  const curve: Curve = (x) => x < 0.1234 ? 0 : 1, minStep = [0.01];
  const places = learnt(curve, 1000, { minStep }).map(([x]) => x).sort((a, b) => a - b);
  const after = places.findIndex((x) => x > 0.1234);
  assert(places[after] - places[after - 1] < 0.02);
  assert(places.length < 220, `${places.length} points`);
  const learner = new Learner1D({ ranges: [[-1, 1]], minStep });
  for (const x of places) learner.tell([x], curve(x));
  assertEquals([learner.ask(), learner.loss()], [undefined, 0]);
});

Deno.test("Learner1D under resolution ends where all intervals are short, and takes long ones first", () => {
  const short = learnt(Math.abs, 5000, { loss: "resolution", lengths: [0.1, 1] }).map(([x]) => x);
  assertEquals(short.length, 17, "sixteenths are the first parts below a tenth of the range");
  const even = learnt((x) => LINES.gaussian(x, [0.9, 0.05, 0]), 9, { loss: "resolution", lengths: [0, 0.15] });
  assertEquals(even.map(([x]) => x).sort((a, b) => a - b), [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]);
});

Deno.test("Learner1D that knows the noise measures some points again and errs less", () => {
  const ratios: number[] = [];
  for (let seed = 1; seed <= 8; seed++) {
    const curve: Curve = (x) => LINES.gaussian(x, [-0.5 + seed / 9, 0.3, 0]);
    const run = (noise: number) => {
      const { normal } = random(seed, "readings"), learner = new Learner1D({ ranges: [[-1, 1]], noise });
      const measured: [number, number][] = [];
      const tell = (x: number) => {
        measured.push([x, curve(x) + 0.05 * normal()]);
        learner.tell([x], measured.at(-1)![1]);
      };
      for (let k = 0; k <= 20; k++) tell(-1 + k / 10);
      while (measured.length < 400) tell(learner.ask()![0]);
      return measured;
    };
    const known = run(0.05), unknown = run(0);
    assert(new Set(known.map(([x]) => x)).size < 150 && new Set(unknown.map(([x]) => x)).size === 400);
    ratios.push(errors(curve, known).rms / errors(curve, unknown).rms);
  }
  assert(geometricMean(ratios) < 0.6, String(ratios));
});

Deno.test("Learner1D does not measure a point again that turned bad", () => {
  const learner = new Learner1D({ ranges: [[-1, 1]], noise: 0.5 }), times = new Map<number, number>();
  for (let k = 0; k < 200; k++) {
    const [x] = learner.ask()!;
    learner.tell([x], k < 40 ? Math.sin(9 * k) : NaN);
    if (k >= 40) times.set(x, (times.get(x) ?? 0) + 1);
  }
  assertEquals(Math.max(...times.values()), 1);
});

Deno.test("Learner1D takes nothing in pure noise for structure", () => {
  const gaps: number[] = [];
  for (let seed = 1; seed <= 20; seed++) {
    const { normal } = random(seed), measured = learnt(() => normal(), 200, { noise: 1 });
    const places = [...new Set(measured.map(([x]) => x))].sort((a, b) => a - b);
    const widths = places.slice(1).map((x, k) => x - places[k]);
    gaps.push(Math.max(...widths) / Math.min(...widths));
  }
  assert(geometricMean(gaps) < 8, `the widest gap is ${geometricMean(gaps)} times the narrowest`);
});

Deno.test("Learner1D with a travel cost goes less far and errs little more", () => {
  const curve: Curve = (x) => LINES.lines(x, [-0.6, 0.1, 0.6, 0.08]);
  const way = (measured: [number, number][]) =>
    measured.slice(1).reduce((sum, [x], k) => sum + Math.abs(x - measured[k][0]), 0);
  const free = learnt(curve, 200), near = learnt(curve, 200, { travelCost: 0.5 });
  assert(way(near) < 0.5 * way(free), `${way(near)} of ${way(free)}`);
  assert(errors(curve, near).rms < 2 * errors(curve, free).rms);
});

Deno.test("Learner1D averages a coordinate that is told again, however it was reckoned", () => {
  const learner = new Learner1D({ ranges: [[0, 1]] });
  for (const [x, y] of [[0, 0], [1, 0], [0.1 + 0.2, 1], [0.3, 3]]) learner.tell([x], y);
  assertEquals(learner.points, 3);
  learner.tell([7], 1e9); // outside: counted, and nothing else
  assertEquals([learner.points, learner.loss() <= 1.2], [4, true]);
});

Deno.test("SortedNodes keeps numbers in order, however they come", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.double({ noNaN: true }).filter((x) => !Object.is(x, -0))), (keys) => {
    const nodes = new SortedNodes(), ordered: number[] = [], backwards: number[] = [];
    for (const key of keys) nodes.insert(key);
    for (let node = nodes.first; node >= 0; node = nodes.next(node)) ordered.push(nodes.keys[node]);
    for (let node = nodes.find(Infinity); node >= 0; node = nodes.previous(node)) backwards.push(nodes.keys[node]);
    assertEquals(ordered, keys.toSorted((a, b) => a - b));
    assertEquals(backwards, ordered.toReversed());
    for (const key of keys) assertEquals(nodes.keys[nodes.find(key)], key);
  }));
});

Deno.test("LossHeap has the largest loss on top, and of equal ones the lower tie", () => {
  const changes = fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 0, max: 9 })));
  fc.assert(fc.property(changes, (changes) => {
    const heap = new LossHeap((entry) => -entry), model = new Map<number, number>();
    for (const [entry, loss] of changes) {
      heap.set(entry, loss);
      model.set(entry, loss);
      const [top] = [...model].sort(([a, x], [b, y]) => y - x || b - a)[0];
      assertEquals([heap.top, heap.loss(heap.top), heap.size], [top, model.get(top)!, model.size]);
    }
  }));
});

Deno.test("RunningMean agrees with the definition, far from 0 too", () => {
  const readings = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 6 });
  fc.assert(fc.property(readings, (readings) => {
    const running = new RunningMean(), mean = readings.reduce((sum, y) => sum + y) / readings.length;
    for (const y of readings) running.add(1e9 + y);
    const spread = Math.sqrt(readings.reduce((sum, y) => sum + (y - mean) ** 2, 0) / (readings.length - 1));
    assert(Math.abs(running.mean - 1e9 - mean) < 1e-5);
    assert(Math.abs(running.sem(1e-9) - spread / Math.sqrt(readings.length)) < 1e-4 * (1 + spread));
  }));
});
