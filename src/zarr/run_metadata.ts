import type { Outcome, RunHeader } from "../core/sink.ts";
import type { Attributes } from "./array_spec.ts";
import { encodeNode, type Node, rootNode } from "./metadata.ts";
import type { Pipeline } from "./pipeline.ts";

/** The version of what is described in `docs/on-disk-format.md`. */
export const FORMAT_VERSION = 1;

/** The root attributes of a run; those of its end when there is an outcome. */
export function runAttributes(header: RunHeader, outcome?: Outcome): Attributes {
  return {
    experiment_id: header.experimentId,
    name: header.name,
    sample: header.sample,
    operator: header.operator,
    notes: header.notes,
    created_at: header.createdAt,
    ended_at: outcome?.endedAt ?? null,
    exit_status: outcome?.status ?? "running",
    exit_reason: outcome?.reason ?? "",
    format: "zarr",
    format_version: FORMAT_VERSION,
    sonde_version: header.sondeVersion,
    plan: header.plan,
    devices: header.devices,
    seed: header.seed,
    host: header.host,
    estimate: header.estimate,
    actual: outcome ? { ...outcome.actual, points: outcome.points } : null,
    ...(Object.keys(header.origin).length ? { origin: header.origin } : {}),
  };
}

/** Arrays that say of a point that it is there. */
const STATUS = /(?:^|\/)(?:quality|seq_num)$/;

/** Publishes metadata where they changed: those of arrays and groups first, the root, which repeats them all, last. */
export class RunMetadata {
  readonly #published = new Map<string, string>();
  readonly #pipeline: Pipeline;
  #attributes: Attributes | undefined;
  #rootIsStale = true;

  /** Publishes through `pipeline`. */
  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  /** The root object of a run that has no arrays yet. */
  static first(attributes: Attributes): Uint8Array {
    return encodeNode(rootNode(attributes, new Map()));
  }

  /** Publishes the nodes that are new, so that no data stands there without metadata. */
  async announce(nodes: ReadonlyMap<string, Node>): Promise<void> {
    const fresh = [...nodes].filter(([path]) => !this.#published.has(path));
    await Promise.all(fresh.map(([path, node]) => this.#publish(path, node)));
  }

  /**
   * Publishes all nodes that changed, then the root. `attributes` are taken as changed when they are another object.
   * `shrinks` says that arrays get shorter.
   */
  async update(attributes: Attributes, nodes: ReadonlyMap<string, Node>, { shrinks = false } = {}): Promise<void> {
    // Whoever asks the arrays one by one finds no status of points that other arrays do not reach yet, or any more.
    for (const status of shrinks ? [true, false] : [false, true]) {
      const some = [...nodes].filter(([path]) => STATUS.test(path) === status);
      await Promise.all(some.map(([path, node]) => this.#publish(path, node)));
    }
    if (!this.#rootIsStale && attributes === this.#attributes) return;
    await this.#pipeline.publish("/zarr.json", encodeNode(rootNode(attributes, nodes)));
    this.#attributes = attributes;
    this.#rootIsStale = false;
  }

  async #publish(path: string, node: Node): Promise<void> {
    const bytes = encodeNode(node), text = new TextDecoder().decode(bytes);
    if (this.#published.get(path) === text) return;
    await this.#pipeline.publish(`/${path}/zarr.json`, bytes);
    this.#published.set(path, text);
    this.#rootIsStale = true;
  }
}
