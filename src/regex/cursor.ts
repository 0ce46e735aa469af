/** A position in a pattern, moving by code points. */
export class Cursor {
  readonly text: string
  position = 0

  constructor(text: string) {
    this.text = text
  }

  /** UTF-16 units not yet read. */
  get left(): number {
    return this.text.length - this.position
  }

  startsWith(prefix: string): boolean {
    return this.text.startsWith(prefix, this.position)
  }

  /** Reads the prefix if it is there. */
  take(prefix: string): boolean {
    const found = this.startsWith(prefix)
    if (found) this.position += prefix.length
    return found
  }

  skip(units: number): void {
    this.position += units
  }

  moveTo(position: number): void {
    this.position = position
  }

  /** The next code point; callers guarantee that there is one. */
  next(): number {
    const rune = this.text.codePointAt(this.position) ?? 0
    this.position += rune > 0xffff ? 2 : 1
    return rune
  }

  /** Index of a text at or after `skip` units from here, or -1. */
  find(text: string, skip: number): number {
    return this.text.indexOf(text, this.position + skip)
  }

  /** What was read since a position, or all from there to the end. */
  since(from: number, toEnd = false): string {
    return this.text.slice(from, toEnd ? undefined : this.position)
  }
}
