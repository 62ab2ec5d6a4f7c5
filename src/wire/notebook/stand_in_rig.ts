import { systemClock } from "../../core/clock.ts";
import type { Plan } from "../../core/plan.ts";
import type { Rig, RigAxis, RigChannel, RigDevice } from "../../core/rig.ts";
import { Timings } from "../../core/timings.ts";

/** What the nodes of a plan name. */
interface Named {
  /** Axes with the unit that was meant, and the labels that they are set to. */
  readonly axes: Map<string, { unit: string; labels: Set<string> }>;
  /** Detectors, derived signals: whatever is looked at. True for images. */
  readonly signals: Map<string, boolean>;
}

/** Sides of the images that a stand-in for a camera would give; nobody looks at them. */
const FRAME = [64, 64];

/**
 * A rig with every axis and signal that a plan names, for trying it without one. Nothing of it can be moved or read. What a
 * connected rig has is taken from there.
 *
 * @example
 * ```ts
 * import { standInRig } from "./stand_in_rig.ts";
 * const line = { kind: "linspace", axis: "x", start: 0, stop: 1, num: 11 } as const;
 * const rig = standInRig({ kind: "zoom", plan: line, on: "diode" });
 * console.assert(rig.axes.has("x") && rig.channels.has("diode"));
 * ```
 */
export function standInRig(plan: Plan, rig?: Rig): Rig {
  const named: Named = { axes: new Map(), signals: new Map() };
  gather(plan, named);
  const axes = new Map(rig?.axes), channels = new Map(rig?.channels), devices = new Map(rig?.devices);
  const taken = new Set([...channels.values()].flatMap(({ name, device }) => [name, device]));
  for (const [name, { unit, labels }] of named.axes) if (!axes.has(name)) axes.set(name, axisFor(name, unit, labels));
  for (const [name, frame] of named.signals) {
    if (axes.has(name) || taken.has(name)) continue;
    const shape = frame ? { shape: FRAME, dimensions: ["y", "x"] } : {};
    const channel: RigChannel = { name, device: name, channel: "", unit: "", ...shape };
    channels.set(name, channel);
    devices.set(name, deviceFor(channel));
  }
  const { clock = systemClock, seed = 0, timings = new Timings() } = rig ?? {};
  return { axes, channels, devices, clock, seed, timings, [Symbol.asyncDispose]: () => Promise.resolve() };
}

function refuse(name: string): never {
  throw new TypeError(`${name} stands in for a device that is not connected`);
}

function axisFor(name: string, unit: string, labels: ReadonlySet<string>): RigAxis {
  return {
    name,
    unit,
    ...labels.size && { labels: [...labels] },
    setpoint: undefined,
    check: () => {},
    set: () => refuse(name),
    readback: () => refuse(name),
    stop: () => {},
  };
}

function deviceFor(channel: RigChannel): RigDevice {
  const { name } = channel;
  const detector = { channels: { "": channel }, read: () => refuse(name), readMs: () => 0 };
  return { name, driver: "stand-in", detector, stop: () => {}, settings: () => ({}) };
}

/** Keys of nodes whose words are signals, or expressions of them. */
const LOOKS = ["on", "trigger", "triggers", "until", "read", "give"];
/** Names in an expression: words that are not called. */
const NAME = /\b[A-Za-z_]\w*(?:\.\w+)*\b(?!\s*\()/g;
const LOGIC = new Set(["and", "or", "not", "True", "False", "true", "false"]);

function gather(node: unknown, named: Named): void {
  if (Array.isArray(node)) return node.forEach((inner) => gather(inner, named));
  if (node === null || typeof node !== "object") return;
  const { axis, axes, from, at, go, plan, plans, by, setpoints, unit = "" } = node as Record<string, unknown>;
  const meet = (name: unknown, labels: readonly unknown[] = []) => {
    if (typeof name !== "string") return;
    const known = named.axes.get(name) ?? { unit: String(unit), labels: new Set() };
    for (const label of labels) if (typeof label === "string") known.labels.add(label);
    named.axes.set(name, known);
  };
  meet(axis, Array.isArray(setpoints) ? setpoints : []);
  if (Array.isArray(axes)) axes.forEach((name) => meet(name));
  for (const places of [from, at]) {
    if (places && typeof places === "object") Object.entries(places).forEach(([name, to]) => meet(name, [to]));
  }
  if (Array.isArray(go)) go.forEach((name) => meet(name));
  else if (go && typeof go === "object") Object.keys(go).forEach((name) => meet(name));
  for (const key of LOOKS) look((node as Record<string, unknown>)[key], by !== undefined, named);
  gather(plan, named);
  gather(plans, named);
}

/** Signals in whatever a node looks at: a name, an expression, a list or a record of them, or a trigger. */
function look(what: unknown, frame: boolean, { axes, signals }: Named): void {
  if (typeof what === "string") {
    for (const [name] of what.matchAll(NAME)) {
      if (!LOGIC.has(name)) signals.set(name, frame || signals.get(name) === true);
    }
  } else if (Array.isArray(what)) what.forEach((one) => look(one, frame, { axes, signals }));
  else if (what && typeof what === "object") {
    for (const [key, inner] of Object.entries(what)) if (key !== "kind") look(inner, frame, { axes, signals });
  }
}
