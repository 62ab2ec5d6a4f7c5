/**
 * GenICam cameras through libaravis.
 *
 * @module
 */
import { camera } from "./camera.ts";

/** Devices that libaravis drives. */
export const aravis: { readonly camera: typeof camera } = { camera };

export type { AravisOptions } from "./camera.ts";
export type { Roi } from "./handle.ts";
