import { registry } from "zarrita";
import { bloscDecode } from "./decode.ts";

let registered = false;

/**
 * Has zarrita read blosc containers with zstd by {@linkcode bloscDecode}. Its own decoder gives what happens to be in memory
 * where a container is damaged; it still reads all other kinds.
 */
export function registerBlosc(): void {
  const load = registry.get("blosc");
  if (registered || !load) return;
  registered = true;
  registry.set("blosc", async () => {
    const peer = await load();
    return {
      fromConfig(configuration, meta) {
        const codec = peer.fromConfig(configuration, meta),
          { cname, shuffle } = configuration as Record<string, unknown>;
        if (cname !== "zstd" || shuffle === "bitshuffle") return codec;
        return { ...codec, kind: "bytes_to_bytes", encode: fail, decode: (bytes: Uint8Array) => bloscDecode(bytes) };
      },
    };
  });
}

function fail(): never {
  throw new TypeError("what is stored is written by Sonde's own sinks");
}
