/*
 * A string as the bytes that matchers read, and the walk over all its matches as Go walks.
 */
import {decodeRune} from './utf8.ts'

export class Subject {
  readonly text: string
  readonly bytes: Buffer
  private readonly isAscii: boolean

  constructor(text: string) {
    this.text = text
    this.bytes = Buffer.from(text, 'utf8')
    this.isAscii = this.bytes.length === text.length
  }

  slice(from: number, to: number): string {
    return this.isAscii ? this.text.slice(from, to) : this.bytes.toString('utf8', from, to)
  }

  /** The position after the character at `at`; one beyond the end at the end. */
  after(at: number): number {
    return at < this.bytes.length ? at + (decodeRune(this.bytes, at, this.bytes.length) & 7) : at + 1
  }
}

export type Finder = (bytes: Uint8Array, at: number) => Int32Array | undefined

/** Number of matches that do not overlap. An empty match right behind another does not count (Go: FindAll). */
export function countMatches(subject: Subject, find: Finder): number {
  let count = 0
  let previousEnd = -1
  for (let at = 0; at <= subject.bytes.length;) {
    const match = find(subject.bytes, at)
    if (match === undefined) break
    const start = match[0]!
    const end = match[1]!
    // Start and end are equal when the end is where the search began.
    if (end === at) at = subject.after(at)
    else at = end
    if (start !== end || start !== previousEnd) count++
    previousEnd = end
  }
  return count
}

/** The text with every match replaced (Go: ReplaceAll). An empty match right behind another is left alone. */
export function replaceMatches(subject: Subject, find: Finder, replacement: (captures: Int32Array) => string): string {
  let out = ''
  let copied = 0
  for (let at = 0; at <= subject.bytes.length;) {
    const match = find(subject.bytes, at)
    if (match === undefined) break
    const start = match[0]!
    const end = match[1]!
    out += subject.slice(copied, start)
    if (end > copied || start === 0) out += replacement(match)
    copied = end
    at = Math.max(subject.after(at), end)
  }
  return copied === 0 && out === '' ? subject.text : out + subject.slice(copied, subject.bytes.length)
}
