import type { Learn } from "../../src/core/adaptive_plan.ts";
import type { Point } from "../../src/core/point.ts";
import { random } from "../../src/core/random.ts";
import { learnKind } from "../../src/adapt/learn/learn.ts";
import { Learner1D } from "../../src/adapt/learn/learner_1d.ts";
import { Learner2D } from "../../src/adapt/learn/learner_2d.ts";
import type { LearnCase, Learnt } from "./learn_peer.ts";
import { LINES, PLANES } from "./truths.ts";

/** The function of a case, noise included. */
function truthOf({ name, parameters, noise = 0, seed = 0 }: LearnCase): (at: readonly number[]) => number {
  const { normal } = random(seed, "readings"), line = LINES[name], plane = PLANES[name];
  const exact = line
    ? ([x]: readonly number[]) => line(x, parameters)
    : ([x, y]: readonly number[]) => plane(x, y, parameters);
  return noise ? (at) => exact(at) + noise * normal() : exact;
}

/** What our learner makes of a case, from nothing as python-adaptive's does. */
export function learnOurs(one: LearnCase): Learnt {
  const isPlane = one.name in PLANES, read = truthOf(one), measured: number[][] = [];
  const options = { loss: one.loss as Learn["loss"], noise: one.noise };
  const started = performance.now();
  const learner = isPlane
    ? new Learner2D({ ranges: [[-1, 1], [-1, 1]], ...options })
    : new Learner1D({ ranges: [[-1, 1]], ...options });
  for (let at = learner.ask(); at && measured.length < one.points; at = learner.ask()) {
    const y = read(at);
    learner.tell(at, y);
    measured.push([...at, y]);
  }
  return { usPerPoint: 1e3 * (performance.now() - started) / one.points, measured };
}

/**
 * What the whole learn node makes of a case: a coarse pass of `coarse` setpoints along each axis, then what is asked. Requests,
 * points, notes and goals are in its time.
 */
export function learnNode(one: LearnCase, coarse: number): Learnt {
  const axes = one.name in PLANES ? ["y", "x"] : ["x"], read = truthOf(one), measured: number[][] = [];
  const setpoints = Array.from({ length: coarse }, (_, k) => -1 + 2 * k / (coarse - 1));
  const plan: Learn = {
    kind: "learn",
    plan: { kind: "linspace", axis: "x", start: -1, stop: 1, num: coarse },
    on: "signal",
    until: { points: one.points },
    loss: one.loss as Learn["loss"],
    noise: one.noise,
  };
  const site = {
    lines: axes.map((axis) => ({ axis, setpoints })),
    limits: () => [-Infinity, Infinity] as const,
  };
  const started = performance.now();
  const path = learnKind.start(plan, site)({
    seed: 1,
    measure: (setpoint, pass, index) => ({ kind: "measure", setpoint, pass: `pass_${pass}`, index }),
  });
  for (let step = path.next(); !step.done;) {
    const request = step.value;
    if (request.kind !== "measure") {
      step = path.next(undefined);
      continue;
    }
    const at = axes.map((axis) => request.setpoint[axis] as number), signal = read(at);
    measured.push([...at, signal]);
    step = path.next(pointOf(request.setpoint, signal, measured.length));
  }
  return { usPerPoint: 1e3 * (performance.now() - started) / measured.length, measured };
}

function pointOf(setpoint: Point["setpoint"], signal: number, seqNum: number): Point {
  return {
    pass: "pass_0",
    index: [],
    setpoint,
    readback: setpoint,
    reading: { signal },
    timestampMs: seqNum,
    seqNum,
    quality: "good",
    failed: [],
  };
}
