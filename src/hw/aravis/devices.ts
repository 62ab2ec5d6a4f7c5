/**
 * Devices that libaravis drives.
 *
 * @module
 */
export { type AravisOptions, camera } from "./camera.ts";
export type { Roi } from "./handle.ts";
