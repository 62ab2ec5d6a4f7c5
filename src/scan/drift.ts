import type { Reply, Request } from "../core/path.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";
import type { Finding } from "./action_visit.ts";
import type { Offsets } from "./shifted_request.ts";
import { laidReach } from "./laid_reach.ts";
import { forbiddenOffset } from "./forbidden_offset.ts";
import { innerLaid, type Laid, type LaidAround, ownPasses } from "./lay_out.ts";

/** What is added to the setpoints of axes that drift, in one visit: what was found later minus what was found first. */
export class Drift {
  /** By axis, of all that are corrected; 0 until something else is found. */
  readonly offsets: Offsets;
  /** The axes that are corrected and that no point of the plan names. */
  readonly alone: readonly string[];
  /** The axes that the points of the plan name. */
  readonly named: ReadonlySet<string>;
  /** Axes that are neither, and by whose places it is judged whether an offset leads where it is forbidden. */
  readonly beside: readonly string[];
  readonly #laid: LaidAround;
  readonly #offsets: Record<string, number>;
  readonly #references: Record<string, number | undefined>;
  readonly #origin: Setpoints;

  constructor(laid: LaidAround, origin: Setpoints) {
    const { corrects, plan: { correct = [] } } = laid;
    this.#laid = laid;
    this.#origin = origin;
    this.offsets = this.#offsets = Object.fromEntries(corrects.map((axis) => [axis, 0]));
    this.#references = Array.isArray(correct) ? {} : { ...correct as Readonly<Record<string, number>> };
    this.named = namedAxes(laid.inner);
    this.alone = corrects.filter((axis) => !this.named.has(axis));
    this.beside = corrects.length ? besideOf(laid, this.named) : [];
  }

  /**
   * Takes in what an action has found, in nominal setpoints, and says so.
   *
   * @param places where axes belong that the plan does not move
   */
  *learn(found: Finding, places: Setpoints): Generator<Request, void, Reply> {
    for (const axis of this.#laid.corrects) {
      const place = found[axis];
      if (typeof place !== "number" || !Number.isFinite(place)) continue;
      const reference = this.#references[axis] ??= place, from = this.#offsets[axis], to = from + (place - reference);
      if (to === from) continue;
      const beyond = this.#beyond(axis, to, places[axis]), data = { axis, found: place, reference, from, to };
      const forbidden = beyond === undefined ? this.#forbidden(axis, to, places) : undefined;
      if (forbidden !== undefined) {
        const text = `${axis} found at ${place} instead of ${reference}: with an offset of ${to}, ${forbidden}; ` +
          `${axis}_offset stays ${from}`;
        yield { kind: "note", text, data: { ...data, to: from, refused: to, forbidden } };
        continue;
      }
      if (beyond === undefined) {
        this.#offsets[axis] = to;
        yield {
          kind: "note",
          text: `${axis} found at ${place} instead of ${reference}: ${axis}_offset ${from} → ${to}`,
          data,
        };
        continue;
      }
      const [least, most] = this.#laid.limits(axis), allowed = `${least} … ${most}`;
      const text =
        `${axis} found at ${place} instead of ${reference}: with an offset of ${to} it would go to ${beyond}, ` +
        `beyond its limits ${allowed}; ${axis}_offset stays ${from}`;
      yield { kind: "note", text, data: { ...data, to: from, refused: to, beyond, limits: [least, most] } };
    }
  }

  #forbidden(axis: string, to: number, places: Setpoints): string | undefined {
    const before = this.#offsets, after = { ...before, [axis]: to };
    return forbiddenOffset(this.#laid, { before, after, places, origin: this.#origin });
  }

  /** A setpoint of the plan that the offset would take beyond the limits; undefined when there is none. */
  #beyond(axis: string, offset: number, place: Setpoint | undefined): number | undefined {
    const [least, most] = this.#laid.limits(axis), setpoints: number[] = typeof place === "number" ? [place] : [];
    for (const { column, least, most } of laidReach(this.#laid, this.#origin)) {
      if (column.axis !== axis || least > most) continue;
      const start = column.relative ? Number(this.#origin[axis] ?? 0) : 0;
      setpoints.push(least + start, most + start);
    }
    return setpoints.map((setpoint) => setpoint + offset).find((to) => to < least || to > most);
  }
}

/** Axes with motors that conditions name, that no point moves, and that are not corrected. */
function besideOf({ guard, corrects }: LaidAround, named: ReadonlySet<string>): readonly string[] {
  const moved = [...named, ...corrects];
  return guard?.forbidden.axes.filter((axis) => !moved.some((one) => one === axis || guard.reaches(one, axis))) ?? [];
}

/** The axes that the points of a plan name. */
function namedAxes(laid: Laid): Set<string> {
  const own = laid.kind === "around" ? [] : ownPasses(laid).flatMap(({ axes }) => axes);
  return new Set([...own, ...innerLaid(laid).flatMap((part) => [...namedAxes(part)])]);
}
