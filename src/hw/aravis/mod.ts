/**
 * GenICam cameras through libaravis as one name, `aravis`.
 *
 * @module
 */
/** Devices that libaravis drives. */
export * as aravis from "./camera.ts";
