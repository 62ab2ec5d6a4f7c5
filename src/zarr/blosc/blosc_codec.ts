import type { ChunkCodec } from "../codecs.ts";
import { bloscDecode } from "./decode.ts";
import { bloscEncode, bloscEncodeTransient } from "./encode.ts";
import { LABEL_ZSTD_CODEC } from "../zstd_codec.ts";
import type { BloscSetting } from "./plane_choice.ts";

/**
 * The codec of a setting, for elements of `itemBytes` bytes. The metadata do not tell the settings apart, because readers
 * need not know: both are zstd at level 1 behind a byte shuffle.
 */
export function bloscCodec(setting: BloscSetting, itemBytes = 1): ChunkCodec {
  const shuffle = itemBytes > 1 ? "shuffle" : "noshuffle";
  const configuration = { cname: "zstd", clevel: 1, shuffle, typesize: itemBytes, blocksize: 0 };
  return {
    metadata: [{ name: "blosc", configuration }],
    forItems: (itemBytes) => bloscCodec(setting, itemBytes),
    forLabels: () => LABEL_ZSTD_CODEC,
    encode: (bytes) => bloscEncode(bytes, itemBytes, setting),
    encodeTransient: (bytes) => bloscEncodeTransient(bytes, itemBytes, setting),
    decode: bloscDecode,
  };
}
