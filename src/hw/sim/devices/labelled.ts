import type { Axis, DeviceSpec, Op } from "../../../core/device.ts";
import { InputError } from "../../../core/errors.ts";
import type { None } from "../../rig_types.ts";
import { Actor, type SimOptions } from "../actor.ts";
import type { Role } from "../world.ts";

/** A simulated axis that has labels instead of numbers. */
export interface LabelledOptions<L extends string> extends SimOptions {
  /** Its setpoints. */
  readonly labels: readonly L[];
  /** Where it stands when connected; the first label when left out. */
  readonly start?: NoInfer<L>;
  /** How long a change takes. */
  readonly moveMs?: number;
  /** Wait this long after each change. */
  readonly settleMs?: number;
  /** What it does in the world; that of its kind when left out. */
  readonly role?: Role;
}

/** A simulated shutter. */
export type ShutterOptions = Omit<LabelledOptions<"open" | "closed">, "labels" | "role">;

/**
 * A shutter in the beam, `open` or `closed`; it is open when connected and takes 5 ms, unless told otherwise.
 *
 * @example
 * ```ts
 * import { connect } from "../../connect.ts";
 * import { sim } from "../mod.ts";
 * await using rig = await connect({ shutter: sim.shutter() });
 * await rig.axes.get("shutter")!.set("closed", { signal: new AbortController().signal });
 * console.assert(rig.axes.get("shutter")!.setpoint === "closed");
 * ```
 */
export function shutter(options: ShutterOptions = {}): DeviceSpec<{ "": "open" | "closed" }, None> {
  return labelled("sim.shutter", { moveMs: 5, ...options, labels: ["open", "closed"] }, "shutter");
}

/**
 * A filter wheel in the beam. What a filter does is read from its label: `BP600` passes 10 nm around 600 nm, `LP600` what is
 * longer, `SP600` what is shorter, `ND1` a tenth; any other label is plain glass.
 *
 * @example
 * ```ts
 * import { sim } from "../mod.ts";
 * const filter = sim.filterWheel({ labels: ["empty", "BP600", "LP650"] });
 * console.assert(filter.driver === "sim.filterWheel");
 * ```
 */
export function filterWheel<const L extends string>(options: LabelledOptions<L>): DeviceSpec<{ "": L }, None> {
  return labelled("sim.filterWheel", { moveMs: 20, ...options }, "filter");
}

function labelled<L extends string>(
  driver: string,
  options: LabelledOptions<L>,
  role: Role,
): DeviceSpec<{ "": L }, None> {
  const { labels, start = labels[0], moveMs = 0 } = options;
  if (!labels.length) throw InputError.at("labels", `${driver}: at least one label is needed`, labels);
  if (!labels.includes(start)) {
    throw InputError.at("start", `${driver}: "${start}" is none of ${labels.join(", ")}`, start);
  }
  return {
    driver,
    simulated: true,
    connect(context) {
      const actor = new Actor(context, options), axis = new LabelledAxis(actor, options, start, moveMs);
      actor.world.add(options.role ?? role, axis);
      return {
        driver,
        axes: { "": axis },
        settings: () => ({ moveMs }),
        [Symbol.asyncDispose]() {
          actor.note("close");
          return Promise.resolve();
        },
      };
    },
  };
}

/** Between two labels it shows neither: the beam is blocked then. */
const BETWEEN = "";

class LabelledAxis implements Axis {
  readonly unit = "";
  readonly labels: readonly string[];
  readonly settleMs?: number;
  #place: string;

  constructor(readonly actor: Actor, options: LabelledOptions<string>, start: string, readonly durationMs: number) {
    this.labels = options.labels;
    this.settleMs = options.settleMs;
    this.#place = start;
  }

  /** Where it truly is. */
  place(): string {
    return this.#place === BETWEEN ? "closed" : this.#place;
  }

  moveMs(from: unknown, to: unknown): number {
    return from === to ? 0 : this.actor.takesMs(this.durationMs);
  }

  set(setpoint: number | string, op: Op): void | Promise<void> {
    const { actor } = this, { faults } = actor;
    actor.note("set", actor.name, setpoint);
    actor.begin("set", op);
    const to = typeof faults.stuckAt === "string" ? faults.stuckAt : String(setpoint);
    const takesMs = this.#place === to ? 0 : actor.duration(this.durationMs);
    if (faults.dead) return actor.hang(op);
    if (faults.stuck) {
      this.#place = BETWEEN;
      return actor.hang(op);
    }
    if (takesMs <= 0) return void (this.#place = to);
    this.#place = BETWEEN;
    return actor.wait(takesMs, op)?.then(() => void (this.#place = to));
  }

  readback(op: Op): string | Promise<string> {
    return this.actor.faults.dead ? this.actor.hang(op).then(() => this.#place) : this.#place;
  }

  stop(): void {
    this.actor.note("stop", this.actor.name);
    this.actor.interrupt("stopped between labels");
  }
}
