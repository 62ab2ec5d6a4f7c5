import { InputError, show, SondeError } from "../../core/errors.ts";
import type { Advice, Path } from "../../core/path.ts";
import type { Point, Setpoint, Setpoints } from "../../core/point.ts";
import { type Advisor, pathTools } from "../../scan/path_tools.ts";
import { type Bridge, type Hello, parseSteer, STEERING_VERSION, type Told, type Turn } from "./bridge.ts";

/** So many setpoints that may not be measured, one after the other: the program does not listen. */
const MOST_REFUSED = 20;

/** What a steered scan is told. */
export interface SteeredOptions {
  /**
   * Where the optimiser may measure, by axis: the lowest and highest setpoint, or labels. What it asks for elsewhere is
   * refused, and it is told so. Within this the rig's own limits hold as ever.
   */
  readonly axes: Readonly<Record<string, readonly [number, number] | readonly string[]>>;
  /** The readings that it is told: numbers. */
  readonly on: string | readonly string[];
  /** The way to the optimiser. A bridge is for one run, which closes it. */
  readonly bridge: Bridge;
  /** Points at the most, failed ones too. */
  readonly maxPoints: number;
  /** How many setpoints it may give at a time; 1 when left out. */
  readonly batch?: number;
  /** Passed on to the optimiser as it is; JSON. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A path for `scan`, with the advisor that it consults. */
export interface SteeredPath {
  /** The path of one run. */
  (): Path;
  /** The optimiser's end of the bridge. The run closes it. */
  readonly advisor: Advisor;
}

/**
 * A scan that an optimiser in another process steers: it is told each point and says where to measure next, in one
 * exchange. Everything that it says is recorded: a run that is resumed goes on where it stood, and a new process of the
 * optimiser is told all points first.
 *
 * @throws InputError when an option cannot be
 *
 * @example
 * ```ts
 * import { steered } from "./steered.ts";
 * const bridge = {
 *   name: "ten to the right",
 *   exchange: ({ id, hello, told }: Record<string, unknown>) =>
 *     Promise.resolve(hello ? { id, version: 1 } : { id, setpoints: [{ x: Number(told) }] }),
 *   close: () => Promise.resolve(),
 * };
 * const path = steered({ axes: { x: [0, 10] }, on: "diode", bridge, maxPoints: 10 })();
 * console.assert((path.next().value as { kind: string }).kind === "note");
 * ```
 */
export function steered(options: SteeredOptions): SteeredPath {
  const { axes, bridge, maxPoints, batch = 1, settings = {} } = options;
  const on = typeof options.on === "string" ? [options.on] : options.on;
  for (const [key, count] of Object.entries({ maxPoints, batch })) {
    if (!Number.isInteger(count) || count < 1) throw InputError.at(key, "is a whole number", count, "1 or more");
  }
  if (!Object.keys(axes).length) throw InputError.at("axes", "names no axis", axes);
  const hello: Hello = {
    version: STEERING_VERSION,
    axes: Object.fromEntries(Object.entries(axes).map(([axis, region]) => [axis, regionOf(axis, region)])),
    on,
    maxPoints,
    settings,
  };
  return Object.assign(() => steeredPath(hello, batch, bridge.name), { advisor: new Optimiser(bridge, hello) });
}

type Region = Hello["axes"][string];

function regionOf(axis: string, region: readonly (number | string)[]): Region {
  if (region.length && region.every((label) => typeof label === "string")) return { labels: region as string[] };
  const [low, high] = region;
  if (region.length === 2 && Number.isFinite(low) && Number.isFinite(high) && low <= high) {
    return { range: region as number[] };
  }
  throw InputError.at(`axes.${axis}`, "is no region", region, "[lowest, highest] or a list of labels");
}

/** The optimiser's end of the bridge: says hello first, and knows whether this process of it has a past. */
class Optimiser implements Advisor {
  #greeted = false;
  #id = 0;

  constructor(readonly bridge: Bridge, readonly hello: Hello) {}

  get name(): string {
    return this.bridge.name;
  }

  async advise(turn: Advice): Promise<Advice> {
    if (!this.#greeted) {
      const { version } = await this.#exchange({ hello: this.hello });
      if (version !== STEERING_VERSION) {
        throw new SondeError(`${this.name}: speaks version ${show(version)} of steering; allowed: ${STEERING_VERSION}`);
      }
      this.#greeted = true;
      if (turn.told) return { behind: true };
    }
    return await this.#exchange(turn);
  }

  async #exchange(message: Readonly<Record<string, unknown>>): Promise<Advice> {
    const id = this.#id++, { id: answered, ...reply } = await this.bridge.exchange({ id, ...message });
    if (answered !== id) throw new SondeError(`${this.name}: answered message ${show(answered)}, and was sent ${id}`);
    if (reply.error !== undefined) parseSteer(reply, 0, this.name);
    return reply;
  }

  close(): Promise<void> {
    return this.bridge.close();
  }
}

function* steeredPath(hello: Hello, batch: number, name: string): Path {
  const { axes, on, maxPoints, settings } = hello, past: Told[] = [];
  let told = 0, measured = 0, refused = 0;
  // Notes name no program: a run may be resumed with another way to the same optimiser, and must say the same again.
  yield* pathTools.note(`an optimiser steers ${Object.keys(axes).join(", ")} by ${on.join(", ")}`, {
    axes,
    on,
    maxPoints,
    settings,
  });
  for (;;) {
    const ask = Math.min(batch, maxPoints - measured), turn: Turn = { told, tell: past.slice(told), ask };
    let advice = yield* pathTools.consult({ ...turn });
    // A new process of the optimiser, in a run that was resumed.
    if (advice.behind) advice = yield* pathTools.consult({ ...turn, told: 0, tell: past });
    told = past.length;
    const { setpoints, done, reason, summary } = parseSteer(advice, ask, name);
    for (const setpoint of setpoints) {
      const wrong = refusal(setpoint, axes);
      if (wrong) {
        past.push({ setpoint, quality: "refused", reason: wrong });
        yield* pathTools.note(`refused: ${wrong}`, { setpoint });
        if (++refused === MOST_REFUSED) {
          throw new SondeError(`${name}: ${refused} setpoints were refused, last ${wrong}`);
        }
        continue;
      }
      refused = 0;
      measured++;
      past.push(toldOf((yield { kind: "measure", setpoint }) as Point, on));
    }
    if (!done && ask) continue;
    const why = ask ? reason : `${maxPoints} points are measured`;
    yield* pathTools.note(`the optimiser has ended: ${why}`, { ...summary, points: measured });
    return { ...summary, reason: why };
  }
}

/** Why a setpoint may not be measured; empty when it may. */
function refusal(setpoint: Setpoints, axes: Hello["axes"]): string {
  for (const axis of Object.keys(setpoint)) {
    if (!(axis in axes)) return `${axis} is not one of the axes: ${Object.keys(axes).join(", ")}`;
  }
  for (const [axis, region] of Object.entries(axes)) {
    const at: Setpoint | undefined = setpoint[axis];
    if (at === undefined) return `${axis} has no setpoint`;
    if ("labels" in region) {
      if (!region.labels.includes(at as string)) return `${axis} ${show(at)}; allowed: ${region.labels.join(", ")}`;
    } else {
      const [low, high] = region.range;
      if (!(typeof at === "number" && at >= low && at <= high)) return `${axis} ${show(at)}; allowed: ${low} … ${high}`;
    }
  }
  return "";
}

function toldOf({ setpoint, reading, quality, seqNum }: Point, on: readonly string[]): Told {
  const readings = on.map((signal): [string, number | null] => {
    const read = reading[signal];
    if (typeof read === "number") return [signal, Number.isFinite(read) ? read : null];
    const what = read === undefined ? `is not read; read are ${Object.keys(reading).join(", ")}` : "is a frame";
    throw new SondeError(`an optimiser is told numbers, and ${signal} ${what}`);
  });
  return { setpoint, reading: Object.fromEntries(readings), quality: quality as Told["quality"], seqNum };
}
