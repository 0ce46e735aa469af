/*
 * Looks for the values at some paths of a JSON line. Forgiving: what is broken beside the way to a value is passed over, and
 * where nothing makes sense any more the search ends (logql § 3.5, json with expressions).
 */
import {encodeText, sameBytes} from '../../bytes.ts'
import {ESCAPED, HIGH} from './fields.ts'
import {
  BACKSLASH,
  BAD_ARRAY,
  BAD_OBJECT,
  BAD_STRING,
  blockEnd,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  stringEnd,
  tokenEnd,
  tokenKind,
  UNKNOWN_TYPE,
} from './json-tokens.ts'
import {unescapeText} from './text.ts'

type PathStep = {
  /** Of paths that end here. */
  readonly numbers: number[]
  readonly members: Map<string, {readonly key: Uint8Array; readonly step: PathStep}>
  readonly elements: Map<number, PathStep>
}

const GONE = -1

export class JsonPathScan {
  /** By path: whether the last line has a value there. */
  readonly found: Uint8Array
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  /** ESCAPED for the inside of a string, else HIGH; null is empty. */
  readonly forms: Uint8Array
  readonly #root: PathStep = newStep()
  #bytes: Uint8Array = new Uint8Array(0)
  #end = 0
  #left = 0
  #error = 0

  constructor(paths: readonly (readonly (string | number)[])[]) {
    for (const [number, path] of paths.entries()) {
      let step = this.#root
      for (const part of path) step = stepTo(step, part)
      step.numbers.push(number)
    }
    this.found = new Uint8Array(paths.length)
    this.starts = new Uint32Array(paths.length)
    this.ends = new Uint32Array(paths.length)
    this.forms = new Uint8Array(paths.length)
  }

  /** @returns the error of a value that is broken itself, 0 for none. */
  line(bytes: Uint8Array, from: number, to: number): number {
    this.#bytes = bytes
    this.#end = to
    this.found.fill(0)
    this.#left = this.found.length
    this.#error = 0
    this.#value(from, this.#root)
    return this.#error
  }

  // All of these return the position behind what they read, or GONE when the search is over.

  #value(at: number, step: PathStep | undefined): number {
    const bytes = this.#bytes
    const end = this.#end
    const i = skipSpace(bytes, at, end)
    if (i === end) return GONE
    const byte = bytes[i]!
    const asked = step !== undefined && step.numbers.some(number => this.found[number] === 0)
    if (byte === QUOTE) {
      const close = stringEnd(bytes, i + 1, end)
      if (close < 0) return this.#gone(asked, BAD_STRING)
      if (asked) this.#take(step, i + 1, close, ESCAPED)
      return close + 1
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      const array = byte === OPEN_ARRAY
      const inner = step !== undefined && (array ? step.elements : step.members).size > 0
      if (!inner || asked) {
        const close = array ? blockEnd(bytes, i, end, OPEN_ARRAY, CLOSE_ARRAY) : blockEnd(bytes, i, end, OPEN_OBJECT, CLOSE_OBJECT)
        if (close < 0) return this.#gone(asked, array ? BAD_ARRAY : BAD_OBJECT)
        if (asked) this.#take(step, i, close, HIGH)
        if (!inner) return close
      }
      if (this.#left === 0) return GONE
      return array ? this.#array(i + 1, step) : this.#object(i + 1, step)
    }
    const close = tokenEnd(bytes, i, end)
    if (!asked) return close
    const kind = tokenKind(bytes, i, close)
    if (kind === 'unknown') return this.#gone(true, UNKNOWN_TYPE)
    this.#take(step, i, kind === 'null' ? i : close, HIGH)
    return close
  }

  #object(at: number, step: PathStep): number {
    const bytes = this.#bytes
    const end = this.#end
    let i = at
    while (i < end && this.#left > 0) {
      const byte = bytes[i]!
      if (byte === CLOSE_OBJECT) return i + 1
      if (byte === COLON) return GONE
      if (byte === QUOTE) {
        const close = stringEnd(bytes, i + 1, end)
        if (close < 0) return GONE
        const colon = skipSpace(bytes, close + 1, end)
        if (colon === end) return GONE
        // A string that is no key is passed over.
        i = bytes[colon] === COLON ? this.#value(colon + 1, this.#member(step, i + 1, close)) : close + 1
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) i = this.#value(i, undefined)
      else i++
      if (i < 0) return GONE
    }
    return GONE
  }

  #array(at: number, step: PathStep): number {
    const bytes = this.#bytes
    let i = skipSpace(bytes, at, this.#end)
    for (let index = 0; i < this.#end && this.#left > 0; index++) {
      if (bytes[i] === CLOSE_ARRAY) return i + 1
      i = this.#value(i, step.elements.get(index))
      if (i < 0) return GONE
      i = skipSpace(bytes, i, this.#end)
      if (bytes[i] === CLOSE_ARRAY && i < this.#end) return i + 1
      if (bytes[i] !== COMMA) return GONE
      i = skipSpace(bytes, i + 1, this.#end)
    }
    return GONE
  }

  #member(step: PathStep, from: number, to: number): PathStep | undefined {
    const bytes = this.#bytes
    for (let i = from; i < to; i++) {
      if (bytes[i] !== BACKSLASH) continue
      const text = unescapeText(bytes, from, to, 'json', '\ufffd')
      return text === undefined ? undefined : step.members.get(text)?.step
    }
    for (const member of step.members.values()) if (sameBytes(bytes, from, to, member.key)) return member.step
    return undefined
  }

  #take(step: PathStep, start: number, end: number, form: number): void {
    for (const number of step.numbers) {
      if (this.found[number] === 1) continue
      this.found[number] = 1
      this.starts[number] = start
      this.ends[number] = end
      this.forms[number] = form
      this.#left--
    }
  }

  #gone(asked: boolean, error: number): number {
    if (asked) this.#error = error
    return GONE
  }
}

function newStep(): PathStep {
  return {numbers: [], members: new Map(), elements: new Map()}
}

function stepTo(from: PathStep, part: string | number): PathStep {
  if (typeof part === 'string') {
    let member = from.members.get(part)
    if (member === undefined) {
      member = {key: encodeText(part), step: newStep()}
      from.members.set(part, member)
    }
    return member.step
  }
  let step = from.elements.get(part)
  if (step === undefined) {
    step = newStep()
    from.elements.set(part, step)
  }
  return step
}
