import type { DeviceSpec } from "../core/device.ts";

/** Devices to be, by their names in the rig. */
// deno-lint-ignore no-explicit-any
export type DeviceSpecs = Readonly<Record<string, DeviceSpec<any, any>>>;

/** No axes, or no readings. */
export type None = Record<never, never>;

/** The full name of what a device calls `Part`: `camera.exposure`, or just `camera` for `""`. */
export type FullName<Name extends string, Part extends string> = Part extends "" ? Name
  : string extends Part ? Name | `${Name}.${Part}`
  : `${Name}.${Part}`;

/** Keys of an object type prefixed by the device's name. */
export type Prefixed<Name extends string, Parts> = {
  [Part in keyof Parts & string as FullName<Name, Part>]: Parts[Part];
};

/**
 * Setpoint types by axis name for a rig of these devices.
 *
 * @example
 * ```ts
 * import type { DeviceSpec } from "../core/device.ts";
 * import type { RigAxesOf } from "./rig_types.ts";
 * type Specs = { x: DeviceSpec<{ "": number }>; camera: DeviceSpec<{ exposure: number }> };
 * const setpoints: RigAxesOf<Specs> = { x: 1, "camera.exposure": 20 };
 * console.assert(setpoints.x === 1);
 * ```
 */
export type RigAxesOf<S> = {
  [
    P in {
      // deno-lint-ignore no-explicit-any
      [Name in keyof S & string]: S[Name] extends DeviceSpec<infer A, any>
        ? { [Part in keyof A & string]: { name: FullName<Name, Part>; setpoint: A[Part] } }[keyof A & string]
        : never;
    }[keyof S & string] as P["name"]
  ]: P["setpoint"];
};

/**
 * What `read: [name]` gives, by readable name: a device gives all its channels, a channel gives itself.
 *
 * @example
 * ```ts
 * import type { DeviceSpec } from "../core/device.ts";
 * import type { None, RigReadingsOf } from "./rig_types.ts";
 * type Specs = { lockin: DeviceSpec<None, { X: number; Y: number }> };
 * const both: RigReadingsOf<Specs>["lockin"] = { "lockin.X": 1, "lockin.Y": 2 };
 * const one: RigReadingsOf<Specs>["lockin.X"] = { "lockin.X": 1 };
 * console.assert(both["lockin.X"] === one["lockin.X"]);
 * ```
 */
export type RigReadingsOf<S> = {
  [
    P in {
      // deno-lint-ignore no-explicit-any
      [Name in keyof S & string]: S[Name] extends DeviceSpec<any, infer D>
        // A device that reads nothing has no channels, and gives no name here.
        ?
          | (keyof D extends never ? never : { name: Name; readings: Prefixed<Name, D> })
          | {
            [Part in Exclude<keyof D & string, "">]: {
              name: FullName<Name, Part>;
              readings: { [N in FullName<Name, Part>]: D[Part] };
            };
          }[Exclude<keyof D & string, "">]
        : never;
    }[keyof S & string] as P["name"]
  ]: P["readings"];
};
