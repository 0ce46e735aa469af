import zlib from 'node:zlib'

/** CRC-32 (IEEE 802.3) as u32; `seed` = the crc of the bytes before. */
export function crc32(bytes: Uint8Array, seed = 0): number {
  return zlib.crc32(bytes, seed)
}
