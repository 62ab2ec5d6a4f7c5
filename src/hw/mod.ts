/**
 * Rigs and devices: `connect`, simulated devices, drivers, and the toolkit that drivers are written with.
 *
 * @module
 */
export { connect, type ConnectOptions } from "./connect.ts";
export { guard } from "./guard.ts";
export { param, type ParamOptions } from "./param.ts";
export type { DeviceSpecs, FullName, None, Prefixed, RigAxesOf, RigReadingsOf } from "./rig_types.ts";
export { abortable } from "./ffi/abortable.ts";
export { fromCString, toCString } from "./ffi/cstring.ts";
export { type Library, LibraryError, libraryVariable, openLibrary } from "./ffi/open_library.ts";
export { type Serial, serial } from "./ffi/serial.ts";
export { aravis } from "./aravis/mod.ts";
export { sim } from "./sim/mod.ts";
