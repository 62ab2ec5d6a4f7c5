import { systemClock } from "../core/clock.ts";
import { InputError, SondeError } from "../core/errors.ts";
import type { Attributes, CoordinateSpec } from "./array_spec.ts";
import { chunkCodec } from "./codecs.ts";
import { coordinateNode, publishCoordinate } from "./coordinate.ts";
import { encodeNode, groupNode, type Node } from "./metadata.ts";
import { parseNode } from "./parse_node.ts";
import { Pipeline } from "./pipeline.ts";
import { openStore } from "./stores/open_store.ts";
import type { Store } from "./stores/store.ts";

/** A column of a table: one number or label a row. */
export interface TableColumn {
  readonly name: string;
  readonly unit: string;
  readonly longName: string;
  readonly entries: Float64Array | readonly string[];
}

/** What was found in a run after it had ended, as a group of its own: rows along one dimension. */
export interface Table {
  /** The group's name. */
  readonly name: string;
  /** The dimension's name; its coordinate counts the rows. */
  readonly dimension: string;
  readonly columns: readonly TableColumn[];
  readonly attributes?: Attributes;
}

/**
 * Adds a table to a run that has ended. Data first, then the table's own metadata, then the root: a reader sees all of it
 * or nothing.
 *
 * @throws InputError when the run is still being written, or has a group of that name already
 * @throws StoreError when it cannot be written
 */
export async function addTable(place: string | URL | Store, table: Table): Promise<void> {
  const store = typeof place === "string" || place instanceof URL ? openStore(place) : place;
  const bytes = await store.get("/zarr.json");
  if (!bytes) {
    throw InputError.at("run", `${store.location} is not a run of Sonde: there is no zarr.json`, store.location);
  }
  const root = parseNode(bytes) as unknown as {
    attributes: Attributes;
    consolidated_metadata: { metadata: Record<string, Node> };
  };
  const { metadata } = root.consolidated_metadata, { name, dimension, columns, attributes = {} } = table;
  if (root.attributes.exit_status === "running") {
    throw new SondeError(`${store.location} is still being written: wait until the run has ended`);
  }
  if (metadata[name]) {
    throw InputError.at(name, `${store.location} has a group "${name}" already, and nothing is overwritten`, name);
  }

  const rows = columns[0]?.entries.length ?? 0, pipeline = new Pipeline(store, chunkCodec("zstd"), 64e6, systemClock);
  const counted: TableColumn = {
    name: dimension,
    unit: "1",
    longName: dimension,
    entries: Float64Array.from({ length: rows }, (_, i) => i),
  };
  const nodes: Record<string, Node> = { [name]: groupNode(attributes) };
  for (const { name: column, unit, longName, entries } of [counted, ...columns]) {
    const spec: CoordinateSpec = { name: column, dimension, entries, attributes: { units: unit, long_name: longName } };
    await publishCoordinate(`/${name}/${column}`, spec, pipeline);
    nodes[`${name}/${column}`] = coordinateNode(`${name}/${column}`, spec, pipeline);
  }
  for (const [path, node] of Object.entries(nodes)) await store.set(`/${path}/zarr.json`, encodeNode(node));
  const whole = {
    ...root,
    consolidated_metadata: { ...root.consolidated_metadata, metadata: { ...metadata, ...nodes } },
  };
  await store.set("/zarr.json", encodeNode(whole));
}
