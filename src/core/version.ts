import config from "../../deno.json" with { type: "json" };

/** Sonde's own version, as every store records it. */
export const SONDE_VERSION: string = config.version;
