/**
 * GenICam cameras through libaravis as one name, `aravis`.
 *
 * @module
 */
export * as aravis from "./camera.ts";
