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

/** A union turned into an intersection: distribution over a function's argument. */
type Intersection<U> = (U extends unknown ? (argument: U) => void : never) extends (argument: infer I) => void ? I
  : never;

/** An intersection written out as one object type, for readable hovers and errors. */
type Flat<T> = { [K in keyof T]: T[K] };

type AxesOfSpec<S> = S extends DeviceSpec<infer A, infer _D> ? A : never;
type ReadingsOfSpec<S> = S extends DeviceSpec<infer _A, infer D> ? D : never;

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
export type RigAxesOf<S> = Flat<
  Intersection<{ [Name in keyof S & string]: Prefixed<Name, AxesOfSpec<S[Name]>> }[keyof S & string]>
>;

/** What reading one device gives: `{ diode: number }` for the one, and one entry a channel for the others. */
type ReadTogether<Name extends string, Readings> = keyof Readings extends never ? None
  : { [N in Name]: Flat<Prefixed<Name, Readings>> };

/** What reading one channel alone gives, for every channel that is not the device itself. */
type ReadApart<Name extends string, Readings> = {
  [Part in Exclude<keyof Readings & string, ""> as FullName<Name, Part>]: {
    [N in FullName<Name, Part>]: Readings[Part];
  };
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
export type RigReadingsOf<S> = Flat<
  Intersection<
    {
      [Name in keyof S & string]:
        & ReadTogether<Name, ReadingsOfSpec<S[Name]>>
        & ReadApart<Name, ReadingsOfSpec<S[Name]>>;
    }[keyof S & string]
  >
>;
