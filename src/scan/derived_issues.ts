import { type Issue, LimitError } from "../core/errors.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";
import type { Derivation, RigAxis } from "../core/rig.ts";
import { movedByOthers } from "./engine/resolve_moves.ts";
import { type Laid, laidIn, ownPasses, type Pass } from "./lay_out.ts";
import type { Reach } from "./reach.ts";
import { visitPlaces } from "./visit_places.ts";

type Axes = ReadonlyMap<string, RigAxis>;

/** All passes of a plan, in no order. */
export function passesOf(laid: Laid): readonly Pass[] {
  return [...ownPasses(laid), ...laidIn(laid).flatMap(passesOf)];
}

/**
 * What is wrong with axes that move others: that those would leave their limits, that two setpoints want one axis in two
 * places, and that nobody can tell where an axis stands from which offsets count.
 *
 * @param reached the farthest setpoints of each node
 * @param origin where relative axes stand, as far as it is known
 */
export function derivedIssues(laid: Laid, reached: readonly Reach[], axes: Axes, origin: Setpoints): Issue[] {
  if (![...axes.values()].some(({ derived }) => derived)) return [];
  const looking = new Looking(reached, axes, origin);
  return [
    ...looking.unknownStarts(),
    ...passesOf(laid).flatMap((pass) => [...looking.conflicts(pass), ...looking.limits(pass)]),
    ...looking.ends(),
  ];
}

class Looking {
  constructor(readonly reached: readonly Reach[], readonly axes: Axes, readonly origin: Setpoints) {}

  #pathOf(name: string): string {
    return this.reached.find(({ column }) => column.axis === name)?.column.path ?? "plan";
  }

  #issue(path: string, message: string, received: unknown, allowed?: string): Issue {
    return { path, message, received, allowed, severity: "error" };
  }

  unknownStarts(): Issue[] {
    return this.reached.flatMap(({ column: { axis, relative, axisPath } }) => {
      const { derived, setpoint } = this.axes.get(axis) ?? {};
      if (!relative || !derived || derived.inverse || setpoint !== undefined) return [];
      const message = `offsets count from where ${axis} stands, and that cannot be told: its map cannot be inverted; ` +
        "give reads, or limits over which moves only rises or only falls";
      return [this.#issue(axisPath, message, axis)];
    });
  }

  /** Axes of one pass that would pull another one in two directions. */
  conflicts({ axes: names }: Pass): Issue[] {
    const derived = names.filter((name) => this.axes.get(name)?.derived);
    return derived.flatMap((name, k) => {
      const moved = movedByOthers([name], this.axes), own = this.axes.get(name)!.derived;
      const itself = names.find((other) => moved.includes(other));
      if (itself !== undefined) {
        const message = `${itself} is moved by ${name}: the two cannot stand in one plan`;
        return [this.#issue(this.#pathOf(itself), message, itself, `${name} or ${itself}`)];
      }
      const rival = derived.slice(0, k).find((other) =>
        this.axes.get(other)!.derived !== own && movedByOthers([other], this.axes).some((axis) => moved.includes(axis))
      );
      if (rival === undefined) return [];
      const shared = movedByOthers([rival], this.axes).filter((axis) => moved.includes(axis)).join(", ");
      const message = `${rival} and ${name} both move ${shared}: the two cannot stand in one plan`;
      return [this.#issue(this.#pathOf(name), message, name, `${rival} or ${name}`)];
    });
  }

  /** Every combination of setpoints that a pass asks for, as far as it has a grid. */
  limits({ space, axes: names }: Pass): Issue[] {
    if (!space) return [];
    const groups = new Set(names.flatMap((name) => this.axes.get(name)?.derived ?? []));
    return [...groups].flatMap((derivation) => this.#groupLimits(derivation, space));
  }

  #groupLimits(derivation: Derivation, space: NonNullable<Pass["space"]>): Issue[] {
    const own = new Set(derivation.axes), columns = space.dimensions.flatMap(({ columns }) => columns);
    const moving = derivation.axes.filter((name) => columns.some(({ axis }) => axis === name));
    if (!moving.length) return [];
    let found: Issue | undefined, unknown = false;
    const startOf = (axis: string) => this.origin[axis] ?? this.axes.get(axis)?.setpoint;
    visitPlaces(space, own, startOf, (place) => {
      const setpoints = derivation.axes.map((name, k): Setpoint | undefined => place[name] ?? derivation.standing?.[k]);
      if (setpoints.includes(undefined)) {
        unknown = true;
        return false;
      }
      if (setpoints.some((setpoint, k) => this.#beyondOwn(derivation.axes[k], setpoint!))) return true;
      found = this.#placeIssue(derivation, setpoints as number[], moving);
      return found === undefined;
    });
    if (!unknown) return found ? [found] : [];
    const still = derivation.axes.filter((name) => !moving.includes(name)).join(", ");
    const message = `the limits of ${derivation.moves.join(", ")} are checked at each move, ` +
      `once it is known where ${still} ${still.includes(",") ? "stand" : "stands"}`;
    return [{ path: this.#pathOf(moving[0]), message, severity: "warning" }];
  }

  /** That is said of the axis by itself. */
  #beyondOwn(name: string, setpoint: unknown): boolean {
    const limits = this.axes.get(name)?.limits;
    return typeof setpoint !== "number" || limits !== undefined && (setpoint < limits[0] || setpoint > limits[1]);
  }

  #placeIssue(derivation: Derivation, setpoints: readonly number[], moving: readonly string[]): Issue | undefined {
    for (const [k, to] of derivation.forward(setpoints).entries()) {
      const target = this.axes.get(derivation.moves[k])!;
      try {
        target.check(to);
      } catch (thrown) {
        if (!(thrown instanceof LimitError)) throw thrown;
        const unitOf = (axis: RigAxis) => axis.unit && ` ${axis.unit}`;
        const asked = derivation.axes.map((name, j) => `${name} ${setpoints[j]}${unitOf(this.axes.get(name)!)}`).join(
          ", ",
        );
        const { limits } = target, allowed = limits ? `${limits[0]} … ${limits[1]}${unitOf(target)}` : thrown.allowed;
        const needs = `${target.name} ${Number.isFinite(to) ? Number(to.toPrecision(6)) : to}${unitOf(target)}`;
        return this.#issue(this.#pathOf(moving.at(-1)!), `${asked} needs ${needs}; allowed: ${allowed}`, to, allowed);
      }
    }
    return undefined;
  }

  /** Of nodes without a grid: where they go at the farthest. */
  ends(): Issue[] {
    return this.reached.flatMap(({ column: { axis: name, relative, path }, least, most }) => {
      const axis = this.axes.get(name), start = relative ? this.origin[name] ?? axis?.setpoint : 0;
      if (!axis?.derived || axis.derived.axes.length > 1 || typeof start !== "number" || !(least <= most)) return [];
      for (const end of [least + start, most + start]) {
        if (!Number.isFinite(end) || this.#beyondOwn(name, end)) continue;
        const issue = this.#placeIssue(axis.derived, [end], [name]);
        if (issue) return [{ ...issue, path }];
      }
      return [];
    });
  }
}
