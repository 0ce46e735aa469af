/*
 * Keys that a parser met, by their bytes: what label name each means, found without making a string per line.
 *
 * Lines of a stream tend to have the same keys in the same order. So each key remembers which one came after it last time, and
 * a line that follows suit costs one comparison of bytes per key.
 */
import {cleanText, labelNamePart, unescapeText} from './text.ts'

// Keys with all their bytes, names and links; lines with ever new keys make a tree start over.
const KEYS_MAX = 10_000
/** Longer names are not extracted: they are made of the keys of all objects around a value, so they can be far longer than a line. */
export const NAME_LENGTH_MAX = 1024

export class KeyNode {
  /** As in the line: between the quotes, or before the `=`. */
  readonly raw: Uint8Array
  /** The label name; '' while there are only blank keys. */
  readonly name: string
  /** Of the targets; -1: not to be extracted. */
  readonly slot: number
  /** Whether members of an object under this key may be asked for. */
  readonly below: boolean
  /** The first member of an object under this key, and the key behind this one, when they were last met. */
  first: KeyNode | undefined = undefined
  next: KeyNode | undefined = undefined
  /** By hash of the bytes. */
  members: Map<number, KeyNode> | undefined = undefined
  sameHash: KeyNode | undefined = undefined

  constructor(raw: Uint8Array, name: string, slot: number, below: boolean) {
    this.raw = raw
    this.name = name
    this.slot = slot
    this.below = below
  }
}

/** Which keys are asked for. */
export interface KeySlots {
  /** The slot of a key with that label name, and that text in the line; -1: not asked for. */
  slot(name: string, key: string): number
  /** Whether names of members of an object with that name may be asked for. */
  below(name: string): boolean
  /** The keys known so far are forgotten. */
  forget(): void
}

const NO_KEY = new Uint8Array(0)

export class KeyTree {
  root = new KeyNode(NO_KEY, '', -1, true)
  readonly #slots: KeySlots
  readonly #escapes: boolean
  #count = 0

  /** @param escapes keys are JSON strings. */
  constructor(slots: KeySlots, escapes: boolean) {
    this.#slots = slots
    this.#escapes = escapes
  }

  /** Between two lines: starts over when there are too many keys. */
  renew(): void {
    if (this.#count <= KEYS_MAX) return
    this.root = new KeyNode(NO_KEY, '', -1, true)
    this.#count = 0
    this.#slots.forget()
  }

  /** The key of bytes [from, to) in an object under `parent`; undefined when it has an invalid escape. */
  member(parent: KeyNode, bytes: Uint8Array, from: number, to: number): KeyNode | undefined {
    let hash = to - from
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
    const found = parent.members?.get(hash)
    for (let node = found; node !== undefined; node = node.sameHash) if (isKey(node.raw, bytes, from, to)) return node
    const text = this.#escapes ? unescapeText(bytes, from, to, 'json', '\ufffd') : cleanText(bytes, from, to, '\ufffd')
    if (text === undefined) return undefined
    const node = this.#create(parent, bytes.slice(from, to), text)
    node.sameHash = found
    parent.members ??= new Map()
    parent.members.set(hash, node)
    this.#count++
    return node
  }

  #create(parent: KeyNode, raw: Uint8Array, text: string): KeyNode {
    const part = labelNamePart(text, parent.name === '')
    const name = part === '' ? parent.name : parent.name === '' ? part : `${parent.name}_${part}`
    // Blank keys add nothing to a name, so what follows a name that is too long is too long as well, except below the root.
    if (name.length > NAME_LENGTH_MAX) return new KeyNode(raw, name.slice(0, NAME_LENGTH_MAX), -1, false)
    return new KeyNode(raw, name, this.#slots.slot(name, text), this.#slots.below(name))
  }
}

function isKey(raw: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  const {length} = raw
  if (to - from !== length) return false
  for (let i = 0; i < length; i++) if (raw[i] !== bytes[from + i]) return false
  return true
}

/** True when bytes from `at` on begin with the key, followed by `stop`. */
export function isKeyAt(raw: Uint8Array, bytes: Uint8Array, at: number, end: number, stop: number): boolean {
  const {length} = raw
  if (at + length >= end || bytes[at + length] !== stop) return false
  for (let i = 0; i < length; i++) if (raw[i] !== bytes[at + i]) return false
  return true
}
