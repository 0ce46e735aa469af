// Bit packing, least significant bit first: value i is bits [i * width, (i + 1) * width) of the bytes.

/** width 0..52. The source needs count * width bits, and is read up to 8 bytes further. */
export function bitUnpack(src: usize, width: u32, count: u32, out: usize): void {
  const mask: u64 = ((<u64>1) << <u64>width) - 1
  let bit: u64 = 0
  for (const end = out + (<usize>count << 3); out < end; out += 8) {
    store<f64>(out, <f64><i64>((load<u64>(src + <usize>(bit >> 3)) >> (bit & 7)) & mask))
    bit += <u64>width
  }
}

/** out[i] = base + multiplier * (value 0 + … + value i), summed as f64: exact while below 2^53. */
export function unpackDeltas(src: usize, width: u32, count: u32, base: f64, multiplier: f64, out: usize): void {
  const mask: u64 = ((<u64>1) << <u64>width) - 1
  let bit: u64 = 0
  let sum: f64 = 0
  for (const end = out + (<usize>count << 3); out < end; out += 8) {
    sum += <f64><i64>((load<u64>(src + <usize>(bit >> 3)) >> (bit & 7)) & mask)
    store<f64>(out, base + multiplier * sum)
    bit += <u64>width
  }
}
