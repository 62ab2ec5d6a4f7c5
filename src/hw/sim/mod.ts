/**
 * The simulated devices as one name, `sim`.
 *
 * @module
 */
export * as sim from "./devices/mod.ts";
