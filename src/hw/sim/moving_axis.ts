import type { Axis, Op, StopReason } from "../../core/device.ts";
import type { Setpoint } from "../../core/point.ts";
import type { Actor } from "./actor.ts";
import { standstill, type Travel } from "./travel.ts";

/** How a numeric axis moves and what it reports. */
export interface MovingAxisOptions {
  /** The axis' name within the device; the device itself when left out. */
  readonly part?: string;
  readonly unit: string;
  readonly limits?: readonly [number, number];
  readonly settleMs?: number;
  /** One count of the encoder; readbacks are whole counts, and err by up to one. */
  readonly resolution: number;
  /** How far a readback may be from the setpoint. */
  readonly tolerance: number;
  /** Where it is when connected. */
  readonly start: number;
  /** How the true place creeps away from where the encoder says, in units per hour. */
  readonly driftPerHour?: number;
  /** How it gets from one place to another. */
  travel(from: number, to: number): Travel;
}

/** A numeric axis that takes its time, and stops where it is when it is told to. */
export class MovingAxis implements Axis {
  readonly unit: string;
  readonly limits?: readonly [number, number];
  readonly settleMs?: number;
  readonly tolerance: number;
  #actor: Actor;
  #options: MovingAxisOptions;
  #travel: Travel;
  #startedMs: number;
  readonly #connectedMs: number;

  /** Stands at `start`. */
  constructor(actor: Actor, options: MovingAxisOptions) {
    this.#actor = actor;
    this.#options = options;
    this.unit = options.unit;
    this.limits = options.limits;
    this.settleMs = options.settleMs;
    this.tolerance = options.tolerance;
    this.#travel = standstill(options.start);
    this.#connectedMs = this.#startedMs = actor.nowMs();
  }

  /** Where it truly is, which is what the world sees. */
  place(): number {
    const { driftPerHour } = this.#options;
    const drift = driftPerHour ? driftPerHour * (this.#actor.nowMs() - this.#connectedMs) / 3_600_000 : 0;
    return this.#shown() + drift;
  }

  moveMs(from: Setpoint, to: Setpoint): number {
    return this.#actor.takesMs(this.#options.travel(Number(from), Number(to)).durationMs);
  }

  set(setpoint: Setpoint, op: Op): void | Promise<void> {
    const actor = this.#actor, { faults } = actor;
    actor.note("set", actor.axisName(this.#options.part ?? ""), setpoint);
    actor.begin("set", op);
    if (faults.dead) return actor.hang(op);
    const from = this.#shown(), to = typeof faults.stuckAt === "number" ? faults.stuckAt : Number(setpoint);
    const end = faults.stuck ? (from + to) / 2 : to;
    const durationMs = this.#depart(from, end);
    if (faults.stuck) return this.#halting(actor.hang(op));
    const arriving = actor.wait(durationMs, op);
    return arriving && this.#halting(arriving);
  }

  readback(op: Op): number | Promise<number> {
    const actor = this.#actor;
    if (actor.faults.dead) return actor.hang(op).then(() => this.#shown());
    return this.#encoder(this.#shown());
  }

  stop(_why: StopReason): void {
    this.#actor.note("stop", this.#actor.axisName(this.#options.part ?? ""));
    this.#halt();
    this.#actor.interrupt(`stopped at ${this.#shown()} ${this.unit}`);
  }

  /** Sets off; returns how long it will take. */
  #depart(from: number, to: number): number {
    const actor = this.#actor;
    const travel = actor.instant ? standstill(to) : this.#options.travel(from, to);
    const slowness = actor.instant ? 1 : actor.faults.slow ?? 1;
    this.#travel = slowness === 1 ? travel : { ...travel, at: (ms) => travel.at(ms / slowness) };
    this.#startedMs = actor.nowMs();
    return travel.durationMs * slowness;
  }

  /** A move that is broken off leaves the axis where it then is, unless another move has begun. */
  async #halting(moving: Promise<void>): Promise<void> {
    const travel = this.#travel;
    try {
      await moving;
    } catch (thrown) {
      if (this.#travel === travel) this.#halt();
      throw thrown;
    }
  }

  #halt(): void {
    this.#travel = standstill(this.#shown());
    this.#startedMs = this.#actor.nowMs();
  }

  /** Where the scale shows that it is: the true place without drift. */
  #shown(): number {
    return this.#travel.at(this.#actor.nowMs() - this.#startedMs);
  }

  #encoder(place: number): number {
    const { resolution } = this.#options, actor = this.#actor;
    if (!(resolution > 0)) return place;
    const error = actor.instant && !actor.faults.noisy ? 0 : (actor.random.uniform() * 2 - 1) * actor.noiseFactor;
    const counts = Math.round(place / resolution + error);
    // Dividing by the whole number of counts a unit keeps 0.3 from becoming 0.30000000000000004.
    const perUnit = Math.round(1 / resolution);
    return perUnit > 1 && Math.abs(perUnit * resolution - 1) < 1e-9 ? counts / perUnit : counts * resolution;
  }
}
