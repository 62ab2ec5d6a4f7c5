/**
 * The simulated devices as one name, `sim`.
 *
 * @module
 */
/** Simulated devices that share one world. */
export * as sim from "./devices/mod.ts";
