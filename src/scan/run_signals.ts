import { derive, type Derived, type DerivedSpec } from "../adapt/derive.ts";
import { type DerivedPlan, planDerived } from "../adapt/derive/plan_derived.ts";
import type { SignalType } from "../adapt/expression/environment.ts";
import { focusDerived } from "../adapt/focus.ts";
import type { ChannelInfo } from "../core/device.ts";
import type { Issue } from "../core/errors.ts";
import type { LayoutGroup } from "../core/layout.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Rig, RigChannel } from "../core/rig.ts";
import type { RunRules, StreamOptions } from "../core/rules.ts";
import { actionsOf } from "./around_tree.ts";
import { derivedSources } from "./derived_sources.ts";
import type { Given } from "./fold_gives.ts";
import type { Pass } from "./lay_out.ts";
import { readList } from "./read_list.ts";
import { waitedChannels } from "./waited_channel.ts";
import type { KnownSignals } from "./signal_issues.ts";
import { type Tree, treesIn } from "./tree.ts";

/** What decides which signals there are. */
export interface SignalOptions extends Pick<RunRules, "hold" | "settle">, Pick<StreamOptions, "monitor"> {
  /** Detectors, by the words of a `read` list. */
  readonly read?: readonly string[];
  /** Signals computed from them. */
  readonly derive?: Derived;
  /** What is stored; everything when left out. */
  readonly keep?: readonly string[];
}

/** A channel with its name. */
type NamedChannel = ChannelInfo & { readonly name: string };

/** All signals of a run: what is read, what is derived from it, what its folds carry, and which of it is stored. */
export interface RunSignals extends KnownSignals {
  /** The detectors that are read at some point, in the rig's order. */
  readonly channels: readonly RigChannel[];
  /** What is stored of them and of what is derived. */
  readonly stored: readonly RigChannel[];
  /** What is read at points that do not say; all when undefined. */
  readonly read: readonly string[] | undefined;
  /** Computes what is derived; undefined where nothing is. */
  readonly derived: DerivedPlan | undefined;
  readonly issues: readonly Issue[];
  /** What the points of some passes hold (of a generator, of none); what the run stores when undefined. */
  holds(passes: readonly Pass[]): LayoutGroup["channels"];
}

/** Words of the `read` lists of folds and takes, and where they stand. */
function ownReads(tree: Tree | undefined): { readonly read: readonly string[]; readonly path: string }[] {
  if (!tree) return [];
  const inside = treesIn(tree).flatMap(ownReads);
  if (tree.kind === "fold" && tree.plan.read) return [{ read: tree.plan.read, path: `${tree.path}.read` }, ...inside];
  if (tree.kind !== "around") return inside;
  const takes = actionsOf(tree).flatMap((one) => one.kind === "take" ? [one] : []);
  return [...takes.map(({ action, path }) => ({ read: action.read, path: `${path}.read` })), ...inside];
}

/** The signals that the nodes of a plan need beside those that are read. */
function impliedSignals(tree: Tree | undefined): Record<string, DerivedSpec> {
  if (!tree) return {};
  const inner: Record<string, DerivedSpec> = Object.assign({}, ...treesIn(tree).map(impliedSignals));
  if (tree.kind !== "sampler" && tree.kind !== "over") return inner;
  const { plan } = tree.sampler;
  return plan.kind === "focus" ? { ...focusDerived(plan), ...inner } : inner;
}

/** The passes that expressions ask for the last reading of; a generator may name its passes as it likes. */
export function passesAsked(derived: Derived): string[] {
  const texts = Object.values(derived.signals).map((spec) => "expression" in spec ? spec.expression : "");
  return texts.flatMap((text) => [...text.matchAll(/\blast\(\s*([A-Za-z]\w*)\s*\./g)].map(([, pass]) => pass));
}

/** The derived signals that points may have: without those that only monitors read what they are computed from. */
function pointSignals(
  rig: Rig | undefined,
  channels: readonly RigChannel[],
  { derive: all, monitor = {}, read = [] }: SignalOptions,
): Readonly<Record<string, DerivedSpec>> {
  const monitored = Object.keys(monitor).filter((name) => all && Object.hasOwn(all.signals, name));
  if (!rig || !all || !monitored.length) return all?.signals ?? {};
  const sourcesOf = (name: string) => {
    return derivedSources(name, all, read, (one) => rig.channels.has(one) || rig.devices.has(one));
  };
  const isRead = (name: string) => channels.some((one) => one.name === name || one.device === name);
  const beside = new Set(
    monitored.flatMap((name) => sourcesOf(name).signals).filter((name) => {
      // A function is given what there is.
      return "expression" in all.signals[name] && !sourcesOf(name).names.every(isRead);
    }),
  );
  return Object.fromEntries(Object.entries(all.signals).filter(([name]) => !beside.has(name)));
}

function asMap(channels: readonly RigChannel[]): Map<string, ChannelInfo> {
  return new Map(channels.map((channel) => [channel.name, channel]));
}

/**
 * Finds out which signals a run has.
 *
 * @param tree the plan; undefined for a user's generator
 */
export function runSignals(rig: Rig | undefined, tree: Tree | undefined, options: SignalOptions): RunSignals {
  const { read = [], keep } = options;
  const own = rig ? readList(rig, read) : { channels: [], issues: [] };
  const derivable = Object.keys(options.derive?.signals ?? {});
  const folded = rig ? ownReads(tree).map(({ read, path }) => readList(rig, read, path, derivable)) : [];
  const wanted = new Set([own, ...folded].flatMap(({ channels }) => channels.map(({ name }) => name)));
  const channels = rig ? [...rig.channels.values()].filter(({ name }) => wanted.has(name)) : [];
  const signals = derive({ ...impliedSignals(tree), ...pointSignals(rig, channels, options) });
  const names = Object.keys(signals.signals), site = { axes: rig?.axes.keys() ?? [], passes: passesAsked(signals) };
  const plan = rig && names.length
    ? planDerived(signals, asMap(channels), { ...site, axes: [...site.axes] })
    : undefined;
  const isKept = (name: string) => keep === undefined || keep.includes(name);
  const of = (some: readonly RigChannel[]): Map<string, ChannelInfo> => {
    const there = asMap(some);
    if (!plan) return there;
    const elsewhere = new Map([...asMap(channels), ...plan.channels]);
    return new Map([...there, ...planDerived(signals, there, { passes: site.passes, elsewhere }).channels]);
  };
  const known = of(own.channels), all = [...known.keys(), ...channels.map(({ name }) => name), ...names];
  const waited = waitedChannels(options);
  const stored = [...channels, ...derivedChannels(plan)].filter(({ name }) => isKept(name)).concat(waited);
  const holding = { rig, own: own.channels, signals: known, isKept, of, waited };
  const plain = keep === undefined && channels.length === own.channels.length;
  return {
    channels,
    stored,
    derived: plan,
    read: channels.length > own.channels.length ? read : undefined,
    issues: [...own.issues, ...folded.flatMap(({ issues }) => issues), ...plan?.issues ?? [], ...keepIssues(keep, all)],
    signals: known,
    of: (words) => of(rig ? [...readList(rig, words).channels] : []),
    isKept,
    holds(passes) {
      if (plain && passes.every(({ read: at, gives }) => at === undefined && !gives.length)) return undefined;
      const all = passes.length ? passes : [{ read: undefined, gives: [] }];
      return heldBy(all, holding);
    },
  };
}

function derivedChannels(plan: DerivedPlan | undefined): RigChannel[] {
  return [...plan?.channels ?? []].map(([name, info]) => ({ ...info, name, device: "", channel: "" }));
}

function keepIssues(keep: readonly string[] | undefined, all: readonly string[]): Issue[] {
  return (keep ?? []).flatMap((name, k) => {
    if (all.includes(name)) return [];
    const message = `"${name}" is not among the signals of this run; ${didYouMean(name, all)}`;
    return [{ path: `keep[${k}]`, message, received: name, allowed: all.join(", "), severity: "error" as const }];
  });
}

/** What decides what a group holds. */
interface Holding {
  readonly rig: Rig | undefined;
  readonly own: readonly RigChannel[];
  readonly signals: ReadonlyMap<string, ChannelInfo>;
  readonly waited: readonly RigChannel[];
  isKept(name: string): boolean;
  of(channels: readonly RigChannel[]): ReadonlyMap<string, ChannelInfo>;
}

function heldBy(
  passes: readonly Pick<Pass, "read" | "gives">[],
  { rig, own, signals, isKept, of, waited }: Holding,
): NamedChannel[] {
  const held = new Map<string, NamedChannel>();
  for (const { read, gives } of passes) {
    const there = read === undefined ? own : rig ? readList(rig, read).channels : [];
    for (const [name, info] of of(there)) if (isKept(name)) held.set(name, { ...info, name });
    for (const given of gives) held.set(given.name, givenChannel(given, rig, signals));
  }
  return [...held.values(), ...waited];
}

function givenChannel(given: Given, rig: Rig | undefined, signals: ReadonlyMap<string, SignalType>): NamedChannel {
  const { name, from, axis, signal, longName, cellMethods } = given;
  const unit = axis !== undefined ? rig?.axes.get(axis)?.unit : signal === undefined ? "1" : signals.get(signal)?.unit;
  const expression = "expression" in from ? from.expression : undefined;
  return { name, unit: unit ?? "", longName, cellMethods, expression };
}
