import {FRESH, type Arrays} from '../arrays.ts'
import {Failure} from '../../model/index.ts'

/** Where bytes came from, for the message when they are wrong. */
export type Origin = {readonly key: string; readonly offset: number; readonly what: string}

/** The one way a part says that its bytes are wrong. `offset` is in the object. */
export function corruption(origin: Origin, why: string): Failure {
  return new Failure('CORRUPTION', `corrupt part ${origin.key}: ${origin.what} at byte ${origin.offset}: ${why}`)
}

const decoder = new TextDecoder()

/** Reads what ByteWriter wrote; never past the end, never an implausible number. */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly origin: Origin
  /** For what is decoded. */
  readonly arrays: Arrays
  position = 0

  constructor(bytes: Uint8Array, origin: Origin, arrays: Arrays = FRESH) {
    this.bytes = bytes
    this.origin = origin
    this.arrays = arrays
  }

  get left(): number {
    return this.bytes.length - this.position
  }

  fail(why: string): never {
    throw corruption(this.origin, `${why} (position ${this.position} of ${this.bytes.length})`)
  }

  u8(): number {
    if (this.position >= this.bytes.length) this.fail('it ends early')
    return this.bytes[this.position++]!
  }

  u16(): number {
    return this.u8() | (this.u8() << 8)
  }

  u32(): number {
    return (this.u16() | (this.u16() << 16)) >>> 0
  }

  u64(): number {
    const low = this.u32()
    const high = this.u32()
    if (high > 0x1fffff) this.fail('a number is out of range')
    return high * 0x100000000 + low
  }

  uvarint(): number {
    let value = this.u8()
    if (value < 128) return value
    value &= 127
    for (let scale = 128, i = 1; i < 8; i++, scale *= 128) {
      const byte = this.u8()
      value += (byte & 127) * scale
      if (byte < 128) return value <= Number.MAX_SAFE_INTEGER ? value : this.fail('a number is out of range')
    }
    return this.fail('a number is too long')
  }

  svarint(): number {
    const value = this.uvarint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** A uvarint that counts things of which each takes at least `unit` more bytes (0: no such check), at most `max`. */
  count(max: number, unit = 0): number {
    const value = this.uvarint()
    if (value > max || value * unit > this.left) this.fail(`a count of ${value} is not possible here`)
    return value
  }

  /** A view. */
  take(length: number): Uint8Array {
    if (length > this.left) this.fail('it ends early')
    const view = this.bytes.subarray(this.position, this.position + length)
    this.position += length
    return view
  }

  blob(): Uint8Array {
    return this.take(this.uvarint())
  }

  text(): string {
    return decoder.decode(this.blob())
  }

  end(): void {
    if (this.left !== 0) this.fail('bytes are left over')
  }
}
