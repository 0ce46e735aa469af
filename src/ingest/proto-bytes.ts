/*
 * A buffer that grows, with the few things protobuf is made of. The caller reserves room before it writes.
 */

/** Below this many bytes a loop is faster than a call into the runtime. */
const LOOP_MAX = 48

export type TextEncoding = 'utf8' | 'latin1'

export class ProtoBytes {
  bytes: Buffer
  /** Its length; the next byte goes here. */
  at = 0

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
  }

  reserve(extra: number): void {
    if (this.at + extra <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + extra))
    grown.set(this.bytes.subarray(0, this.at))
    this.bytes = grown
  }

  /** A view, until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.at)
  }

  byte(value: number): void {
    this.bytes[this.at++] = value
  }

  /** 0 ≤ value < 2^53; at most 8 bytes. */
  varint(value: number): void {
    let rest = value
    while (rest > 0x7fffffff) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.at++] = rest
  }

  /** Two's complement, as protobuf writes negative numbers: 10 bytes. */
  negativeVarint(value: bigint): void {
    let rest = BigInt.asUintN(64, value)
    while (rest > 0x7fn) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.bytes[this.at++] = Number(rest)
  }

  copy(source: Uint8Array, off: number, length: number): void {
    const {bytes, at} = this
    if (length > LOOP_MAX) bytes.set(source.subarray(off, off + length), at)
    else for (let i = 0; i < length; i++) bytes[at + i] = source[off + i]!
    this.at = at + length
  }

  /** Length, then the text. Reserves by itself. */
  text(text: string, encoding: TextEncoding): void {
    const length = Buffer.byteLength(text, encoding)
    this.reserve(length + 8)
    this.varint(length)
    if (length > 0) this.at += this.bytes.write(text, this.at, encoding)
  }
}

export function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++
  return size
}
