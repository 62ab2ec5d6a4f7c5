import type { z } from "zod";

type AnySchema = z.core.$ZodType;

/** Of zod's own description of a schema, what is looked at here. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, AnySchema>>;
  readonly options?: readonly AnySchema[];
  readonly innerType?: AnySchema;
  readonly element?: AnySchema;
  readonly valueType?: AnySchema;
  readonly items?: readonly AnySchema[];
  readonly in?: AnySchema;
  readonly getter?: () => AnySchema;
  readonly values?: readonly unknown[];
}

function definitionOf(schema: AnySchema): Definition {
  return schema._zod.def as unknown as Definition;
}

/** The schemas of lists, maps and values that stand behind one: without what is optional, put off or left to choose. */
function plain(schema: AnySchema): readonly AnySchema[] {
  const { type, options, innerType, getter, in: inner } = definitionOf(schema);
  if (options) return options.flatMap(plain);
  const behind = type === "lazy" ? getter?.() : innerType ?? inner;
  return behind ? plain(behind) : [schema];
}

/** Whether a schema may be meant by an input: one of another kind is not. */
function isMeant(schema: AnySchema, input: unknown): boolean {
  const kind = definitionOf(schema).shape?.kind, given = (input as { kind?: unknown } | undefined)?.kind;
  if (!kind) return true;
  return definitionOf(kind).values?.includes(given) ?? false;
}

function below(schema: AnySchema, key: PropertyKey): readonly AnySchema[] {
  const { shape, element, items, valueType } = definitionOf(schema);
  if (shape) return Object.hasOwn(shape, key) ? [shape[String(key)]] : [];
  const inner = valueType ?? element ?? items?.[Number(key)];
  return inner ? [inner] : [];
}

/**
 * The keys that an object may have within an input, for the near match of an unknown one.
 *
 * @param path where the object stands
 *
 * @example
 * ```ts
 * import { z } from "zod";
 * import { schemaKeys } from "./schema_keys.ts";
 * const schema = z.object({ every: z.union([z.number(), z.object({ points: z.number(), ms: z.number() })]) });
 * console.assert(schemaKeys(schema, { every: { pionts: 3 } }, ["every"]).join() === "points,ms");
 * ```
 */
export function schemaKeys(schema: AnySchema, input: unknown, path: readonly PropertyKey[]): readonly string[] {
  let schemas: readonly AnySchema[] = [schema], inner = input;
  for (const key of path) {
    const at = inner;
    schemas = schemas.flatMap(plain).filter((one) => isMeant(one, at)).flatMap((one) => below(one, key));
    inner = (at as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key];
  }
  const meant = schemas.flatMap(plain).filter((one) => isMeant(one, inner));
  return [...new Set(meant.flatMap((one) => Object.keys(definitionOf(one).shape ?? {})))];
}
