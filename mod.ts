// see deno.json
export {};
