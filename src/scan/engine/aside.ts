import type { Setpoint, Setpoints } from "../../core/point.ts";
import { DeviceError } from "../../core/errors.ts";
import type { Mover } from "./mover.ts";
import { isPromise, type Waits } from "./waits.ts";

/** A readback that takes longer has failed. */
const READBACK_TIMEOUT_MS = 60_000;

/** Axes that are put aside while a run is suspended (a shutter that is closed), and put back before it goes on. */
export class Aside {
  /** Whether the scan has axes under way: they are let arrive first. */
  busy = false;
  /** Where axes stood before. */
  readonly #before = new Map<string, Setpoint>();
  /** Where axes were put. */
  readonly #put = new Map<string, Setpoint>();
  #under: Promise<void> | undefined;
  #failed: { readonly thrown: unknown } | undefined;

  /** `moving` is told before axes are sent off. */
  constructor(readonly mover: Mover, readonly waits: Waits, readonly moving: (setpoint: Setpoints) => void) {}

  /** Whether axes stand, or have been sent, where they do not belong. */
  get isAside(): boolean {
    return this.#before.size > 0;
  }

  /** Sends axes off, unless they are there or the scan has axes under way; what goes wrong is thrown by `done`. */
  go(wanted: Setpoints): void {
    if (this.busy || this.#under || this.#failed) return;
    const missing = Object.fromEntries(Object.entries(wanted).filter(([axis, to]) => this.#put.get(axis) !== to));
    if (!Object.keys(missing).length) return;
    const { op } = this.waits;
    this.#under = this.#go(missing).catch((thrown) => {
      // What was broken off by a pause or an end is sent off again by whoever goes on.
      if (!op.signal.aborted) this.#failed = { thrown };
    }).finally(() => this.#under = undefined);
  }

  async #go(wanted: Setpoints): Promise<void> {
    for (const axis in wanted) {
      if (this.#before.has(axis)) continue;
      const stands = await this.#stands(axis);
      if (stands !== wanted[axis]) this.#before.set(axis, stands);
      else this.#put.set(axis, stands);
    }
    await this.#move(wanted);
    for (const axis in wanted) this.#put.set(axis, wanted[axis]);
  }

  async #stands(name: string): Promise<Setpoint> {
    const axis = this.mover.axis(name), place = axis.readback(this.waits.op);
    const late = () => new DeviceError(name, "readback", `gave no answer within ${READBACK_TIMEOUT_MS} ms`);
    const readback = isPromise(place) ? await this.waits.wait(place, READBACK_TIMEOUT_MS, late) : place;
    return this.mover.place(name, readback);
  }

  async #move(setpoint: Setpoints): Promise<void> {
    this.moving(setpoint);
    const moving = this.mover.move(setpoint);
    if (moving) await moving;
  }

  /** Waits until axes that were sent off are there. @throws what went wrong, once */
  async done(): Promise<void> {
    if (this.#under) await this.waits.wait(this.#under, Infinity);
    const failed = this.#failed;
    this.#failed = undefined;
    if (failed) throw failed.thrown;
  }

  /** Puts all axes back. */
  async back(): Promise<void> {
    await this.done();
    this.#put.clear();
    await this.#move(Object.fromEntries([...this.#before].filter(([, to]) => to !== "" && !Number.isNaN(to))));
    this.#before.clear();
  }

  /** The axes were stopped, wherever they are. */
  broken(): void {
    this.#put.clear();
  }

  /** Waits until nothing is under way, and forgets what went wrong: it is tried once more. */
  async idle(): Promise<void> {
    if (this.#under) await this.waits.wait(this.#under, Infinity);
    if (this.#failed) this.#put.clear();
    this.#failed = undefined;
  }
}
