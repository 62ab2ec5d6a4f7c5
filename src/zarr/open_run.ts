import * as zarrita from "zarrita";
import { componentsOf, type Dtype, makeArray, type NumericArray } from "../core/dtype.ts";
import { InputError, messageOf } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Attributes, ElementType } from "./array_spec.ts";
import { registerBlosc } from "./blosc/register_blosc.ts";
import { StoreError } from "./stores/store.ts";
import type { ByteRange, Key, Store } from "./stores/store.ts";
import { openStore } from "./stores/open_store.ts";

registerBlosc();

/** What to read along one dimension: an index (the dimension goes away), `[from, to)`, or null for all of it. */
export type Selection = readonly (number | readonly [number, number] | null)[];

/** Elements in C order. */
export interface RunElements {
  /** Numbers, or labels; 64-bit integers are bigints, `bool` is 0 and 1, complex numbers are two numbers each. */
  readonly data: NumericArray | string[];
  /** What is left of the array after indices took dimensions away. */
  readonly shape: readonly number[];
}

/** An array of a run. Nothing of it is read before `read`. */
export interface RunArray {
  /** By its path in the store: `diode`, `pass_0/diode`. */
  readonly name: string;
  /** Extents as they were when the run was opened. */
  readonly shape: readonly number[];
  /** Names, slowest first, as many as `shape` has extents. */
  readonly dimensions: readonly string[];
  /** Its number type, or `string` for labels. */
  readonly dtype: ElementType;
  /** As they stand in its `zarr.json`. */
  readonly attributes: Attributes;
  /** The `units` attribute; empty for labels. */
  readonly units: string;
  /**
   * Reads all of it, or the part that the selection names, along the first dimensions.
   *
   * @throws {InputError} when the selection is outside of the array
   * @throws {StoreError} when an object cannot be read
   */
  read(selection?: Selection, options?: { signal?: AbortSignal }): Promise<RunElements>;
}

/** A run as it stood when it was opened. */
export interface RunData {
  /** Where it is: a path or URL. */
  readonly location: string;
  /** The root attributes. */
  readonly attributes: Attributes;
  /** The paths of the groups, `""` for the root first, and their attributes. */
  readonly groups: ReadonlyMap<string, Attributes>;
  /** All arrays by path. */
  readonly arrays: ReadonlyMap<string, RunArray>;
  /** Extents by dimension, of the arrays in the group at `path`. */
  dimensions(path?: string): ReadonlyMap<string, number>;
  /**
   * An array by path.
   *
   * @throws {InputError} with the near match when there is none
   */
  array(name: string): RunArray;
  /** The entries of a coordinate, or of any other array with one dimension. */
  coordinate(name: string, options?: { signal?: AbortSignal }): Promise<NumericArray | string[]>;
}

/** How a run is opened. */
export interface OpenRunOptions {
  /** Breaks off reading the metadata. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a run that Sonde wrote, or is writing: its metadata are read, its arrays when they are asked for.
 *
 * @throws {InputError} when there is no run at that place
 * @throws {StoreError} when it cannot be read
 * @example
 * ```ts
 * import { connect, linspace, openRun, scan, sim } from "sonde";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * const folder = await Deno.makeTempDir();
 * await scan(linspace("x", -1, 1, 5), { rig, read: ["diode"], to: `${folder}/line.zarr`, quiet: true }).done;
 *
 * const run = await openRun(`${folder}/line.zarr`);
 * const { data, shape } = await run.array("diode").read([[1, 4]]);
 * console.assert(data.length === 3 && shape[0] === 3 && run.array("diode").units === "V");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function openRun(place: string | URL | Store, { signal }: OpenRunOptions = {}): Promise<RunData> {
  const store = typeof place === "string" || place instanceof URL ? openStore(place) : place;
  const bytes = await store.get("/zarr.json", { signal });
  const root = parseRoot(bytes, store.location);
  const groups = new Map<string, Attributes>([["", root.attributes]]), arrays = new Map<string, RunArray>();
  for (const [path, node] of Object.entries(root.consolidated_metadata.metadata)) {
    if (node.node_type === "array") arrays.set(path, runArray(store, path, node));
    else groups.set(path, node.attributes);
  }
  return runData(store.location, root.attributes, groups, arrays);
}

type ArrayNode = zarrita.ArrayMetadata;
type GroupNode = zarrita.GroupMetadata;
interface RootNode extends GroupNode {
  readonly consolidated_metadata: { readonly metadata: Readonly<Record<string, ArrayNode | GroupNode>> };
}

function parseRoot(bytes: Uint8Array | undefined, location: string): RootNode {
  const refuse = (why: string) => InputError.at("run", `${location} is not a run of Sonde: ${why}`, location);
  if (!bytes) throw refuse("there is no zarr.json");
  let root: RootNode | undefined;
  try {
    root = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw refuse(`its zarr.json cannot be read (${messageOf(cause)})`);
  }
  if (root?.node_type !== "group" || root.attributes?.experiment_id === undefined || !root.consolidated_metadata) {
    throw refuse("its zarr.json is that of another kind of Zarr store");
  }
  return root;
}

function runData(
  location: string,
  attributes: Attributes,
  groups: ReadonlyMap<string, Attributes>,
  arrays: ReadonlyMap<string, RunArray>,
): RunData {
  const array = (name: string) => {
    const found = arrays.get(name);
    if (!found) {
      throw InputError.at("array", `"${name}" is not in ${location}; ${didYouMean(name, arrays.keys())}`, name);
    }
    return found;
  };
  return {
    location,
    attributes,
    groups,
    arrays,
    array,
    dimensions(path = "") {
      const inside = [...arrays.values()].filter(({ name }) => groupOf(name) === path);
      return new Map(inside.flatMap(({ dimensions, shape }) => dimensions.map((name, d) => [name, shape[d]] as const)));
    },
    async coordinate(name, options) {
      const found = array(name);
      if (found.shape.length !== 1) {
        throw InputError.at("coordinate", `"${name}" has ${found.shape.length} dimensions; allowed: 1`, name);
      }
      return (await found.read(undefined, options)).data;
    },
  };
}

function groupOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

/** An array from its metadata; nothing is read yet. `path` is empty where the store is the array. */
export function runArray(store: Store, path: string, node: zarrita.ArrayMetadata): RunArray {
  const shape = node.shape, dimensions = node.dimension_names ?? [], numbers = asNumbers(node);
  const inner = shape.length < numbers.shape.length ? [[0, 2] as const] : [];
  return {
    name: path,
    shape,
    dimensions,
    dtype: node.data_type as ElementType,
    attributes: node.attributes,
    units: String(node.attributes.units ?? ""),
    async read(selection = [], { signal } = {}) {
      const parts = shape.map((extent, d) => partOf(selection[d] ?? null, extent, path, dimensions[d]));
      if (selection.length > shape.length) {
        throw InputError.at(path, `${selection.length} selections; allowed: ${shape.length}`, selection);
      }
      const kept = parts.filter((part) => typeof part !== "number").map((part) => part[1] - part[0]);
      if (kept.includes(0)) return { data: emptyOf(node.data_type), shape: kept };
      try {
        // A new one each time, because it remembers where chunks stand, and a run that goes on may move them.
        const array = new zarrita.Array(within(store, path, inner.length > 0), "/", numbers);
        const { data } = await readParts(array, [...parts, ...inner], [...kept, ...inner.map(() => 2)], signal);
        return { data, shape: kept };
      } catch (cause) {
        signal?.throwIfAborted();
        throw cause instanceof StoreError ? cause : new StoreError(`${store.location}/${path}`, "read", cause);
      }
    },
  };
}

/** An array of a type that zarrita does not know, or gives as bits, as one of numbers with the same bytes. */
function asNumbers(node: ArrayNode): ArrayNode {
  const dtype = node.data_type as ElementType;
  if (dtype === "bool") return { ...node, data_type: "uint8", fill_value: Number(node.fill_value) };
  if (dtype === "string" || componentsOf(dtype) === 1) return node;
  const [real, imaginary] = [node.fill_value].flat();
  if (real !== imaginary) {
    throw InputError.at("fill_value", "has two different parts; allowed: equal ones", node.fill_value);
  }
  const pairs = (shape: readonly number[]) => [...shape, 2],
    [first] = node.codecs,
    grid = node.chunk_grid.configuration;
  const cut = first?.configuration?.chunk_shape as number[] | undefined;
  return {
    ...node,
    data_type: dtype === "complex64" ? "float32" : "float64",
    shape: pairs(node.shape),
    chunk_grid: { ...node.chunk_grid, configuration: { ...grid, chunk_shape: pairs(grid.chunk_shape) } },
    codecs: cut ? [{ ...first, configuration: { ...first.configuration, chunk_shape: pairs(cut) } }] : node.codecs,
    fill_value: real as number,
    dimension_names: undefined,
  } as ArrayNode;
}

/**
 * An array's own corner of the store, so that its name, whatever it is, is never parsed as a URL.
 *
 * @param pairs whether the last dimension is one that only we see: objects are then named without it
 */
function within(store: Store, path: string, pairs: boolean): zarrita.AsyncReadable {
  const inside = (key: string) => `${path && "/"}${path}${pairs ? key.replace(/\/0$/, "") : key}` as Key;
  return {
    get: (key, options) => store.get(inside(key), options),
    getRange: (key, range, options) => store.getRange(inside(key), range as ByteRange, options),
  };
}

type Part = number | readonly [number, number];

function partOf(part: Selection[number], extent: number, path: string, dimension: string): Part {
  const [from, to] = part === null ? [0, extent] : typeof part === "number" ? [part, part + 1] : part;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= extent)) {
    throw InputError.at(`${path}.${dimension}`, `[${from}, ${to}) is outside; allowed: 0 to ${extent}`, part);
  }
  return typeof part === "number" ? part : [from, to];
}

async function readParts(
  array: zarrita.Array<zarrita.DataType, zarrita.AsyncReadable>,
  parts: readonly Part[],
  shape: readonly number[],
  signal?: AbortSignal,
): Promise<RunElements> {
  const selection = parts.map((part) => typeof part === "number" ? part : zarrita.slice(part[0], part[1]));
  // An array without dimensions, or indices along all of them, give the bare element.
  const got: unknown = await zarrita.get(array, selection, { signal });
  if (shape.length) return { data: (got as { data: NumericArray | string[] }).data, shape };
  const data = emptyOf(array.dtype, 1);
  data[0] = got as never;
  return { data, shape };
}

function emptyOf(dtype: string, length = 0): NumericArray | string[] {
  return dtype === "string" ? new Array<string>(length).fill("") : makeArray(dtype as Dtype, length);
}
