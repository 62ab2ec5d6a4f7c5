import { z } from "zod";
import { DRIVERS } from "./drivers.ts";
import { FORBID_KEY } from "./rig_forbid.ts";

/** Of the axes of any device, by their names within it. */
export const settingsSchema: z.ZodType<Record<string, number | string>> = z.record(
  z.string(),
  z.union([z.number(), z.string()]),
).describe("Where its axes are set once it is connected, as in { exposure: 20 }");

/** Narrower limits of the axes of any device. */
export const axisLimitsSchema: z.ZodType<Record<string, [number, number]>> = z.record(
  z.string(),
  z.tuple([z.number(), z.number()]).refine(([low, high]) => low <= high, "expected [least, greatest]"),
).describe("Narrower limits of its axes, as in { exposure: [1, 500] }");

/** From which side the axes of any device are approached. */
export const backlashSchema: z.ZodType<number | Record<string, number>> = z.union([
  z.number(),
  z.record(z.string(), z.number()),
]).describe("Setpoints are approached from below, coming from this far away; from above when negative; or by axis");

/** The schema of one device of a rig, for editors: the options of its driver, and what any device may be told. */
function deviceSchema(driver: string): z.ZodObject {
  const { options } = DRIVERS[driver], { limits } = options.shape as { limits?: z.ZodType };
  return options.extend({
    driver: z.literal(driver),
    settings: settingsSchema.optional(),
    backlash: backlashSchema.optional(),
    limits: limits ? z.union([limits, axisLimitsSchema]).optional() : axisLimitsSchema.optional(),
  });
}

/** What stands beside the devices. */
const FORBID_SCHEMA = {
  type: "array",
  items: { type: "string", minLength: 1 },
  minItems: 1,
  description: "Places where axes must never be, whatever runs, as in objective < 0.2 and abs(x) > 3",
};

/** What is used of the JSON Schema of a device. */
interface DeviceJsonSchema {
  readonly properties: { readonly driver: { readonly const: string } };
  required: string[];
}

/** Drivers of axes that move others, which need not be named. */
export const UNNAMED_DRIVERS: readonly string[] = ["derived", "derived.matrix"];

/**
 * The JSON Schema of rig files, for editors.
 *
 * @example
 * ```ts
 * import { rigJsonSchema } from "./rig_json_schema.ts";
 * console.assert(rigJsonSchema().title === "Sonde rig");
 * ```
 */
export function rigJsonSchema(): Record<string, unknown> {
  const [first, ...rest] = Object.keys(DRIVERS).map(deviceSchema);
  const devices = z.record(
    z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/),
    z.discriminatedUnion("driver", [first, ...rest]),
  );
  const schema = z.toJSONSchema(devices, { io: "input" }) as unknown as {
    additionalProperties: { oneOf: DeviceJsonSchema[] };
  };
  for (const device of schema.additionalProperties.oneOf) {
    // Axes that move others may leave their driver out: `moves` and `matrix` say which it is.
    if (!UNNAMED_DRIVERS.includes(device.properties.driver.const)) continue;
    device.required = device.required.filter((key) => key !== "driver");
  }
  return { ...schema, properties: { [FORBID_KEY]: FORBID_SCHEMA }, title: "Sonde rig" };
}
