/** The Castagnoli polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** `TABLES[k][b]`: what byte `b` does to the sum when `k` more bytes follow (Intel's slicing-by-8, 2006). */
const TABLES: readonly Uint32Array[] = makeTables();

function makeTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let sum = byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
    return sum;
  });
  const tables = [first];
  for (let k = 1; k < 8; k++) {
    tables.push(Uint32Array.from(tables[k - 1], (sum) => (sum >>> 8) ^ first[sum & 0xff]));
  }
  return tables;
}

/**
 * The CRC-32C checksum (RFC 3720, appendix B.4) that Zarr's `crc32c` codec appends; not the CRC-32 of zip files.
 *
 * @example
 * ```ts
 * import { crc32c } from "./crc32c.ts";
 * console.assert(crc32c(new TextEncoder().encode("123456789")) === 0xe3069283);
 * ```
 */
export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  const eights = bytes.length & ~7;
  let sum = 0xffffffff;
  let i = 0;
  for (; i < eights; i += 8) {
    const low = sum ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    sum = t7[low & 0xff] ^ t6[(low >>> 8) & 0xff] ^ t5[(low >>> 16) & 0xff] ^ t4[low >>> 24] ^
      t3[bytes[i + 4]] ^ t2[bytes[i + 5]] ^ t1[bytes[i + 6]] ^ t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) sum = (sum >>> 8) ^ t0[(sum ^ bytes[i]) & 0xff];
  return ~sum >>> 0;
}
