/*
 * Patterns that are plain string tests in disguise: `error`, `.*error.*`, `^api-`, `a|b|c`, `(?i)timeout`.
 */
import {countRunes, RUNE_ERROR} from './charset.ts'
import {foldOrbit} from './fold.ts'
import type {Node} from './node.ts'

export type LiteralKind = 'contains' | 'equals' | 'prefix' | 'suffix'

/**
 * The pattern matches exactly the texts that contain (equal, begin with, end with) the value. With `fold`, letters are
 * compared by Unicode simple case folding and the value is in its folded form: lower case, and k and s stand for U+212A and U+017F too.
 */
export type Literal = {readonly kind: LiteralKind; readonly value: string; readonly fold: boolean}

/** The same for several values, of which one has to fit; distinct, at least one. */
export type LiteralChoice = {readonly kind: LiteralKind; readonly values: readonly string[]; readonly fold: boolean}

const VALUES_MAX = 10_000
const LENGTH_MAX = 1 << 20 // of all values together
// Larger sets of code points are not worth spelling out.
const SET_RUNES_MAX = 16

/** @param test what {@link forTest} made of the pattern. */
export function literalChoice(test: Node): LiteralChoice | undefined {
  const parts = test.kind === 'concat' ? [...test.subs] : [test]
  const first = parts[0]
  const isBegin = first?.kind === 'assert' && first.position === 'beginText'
  if (isBegin) parts.shift()
  const last = parts[parts.length - 1]
  const isEnd = last?.kind === 'assert' && last.position === 'endText'
  if (isEnd) parts.pop()
  const kind = isBegin ? (isEnd ? 'equals' : 'prefix') : isEnd ? 'suffix' : 'contains'
  for (const fold of [false, true]) {
    const speller = new Speller(fold)
    const values = speller.concat(parts)
    if (values === undefined || values.length === 0) continue
    const distinct = [...new Set(values)]
    return {kind, values: kind === 'contains' ? withoutCovered(distinct) : distinct, fold: fold && speller.sawFold}
  }
  return undefined
}

// A text that contains `errors` contains `error`. Only for few values; it is quadratic.
function withoutCovered(values: string[]): string[] {
  return values.length > 64 ? values : values.filter(value => !values.some(other => other !== value && value.includes(other)))
}

// Spells out all texts of a node, or gives up. Case must matter everywhere, or nowhere.
class Speller {
  private readonly fold: boolean
  private length = 0
  sawFold = false

  constructor(fold: boolean) {
    this.fold = fold
  }

  concat(parts: readonly Node[]): string[] | undefined {
    let out = ['']
    for (const part of parts) {
      const next = this.spell(part)
      if (next === undefined || out.length * next.length > VALUES_MAX) return undefined
      const [only] = next
      if (out.length === 1 && next.length === 1) out[0] += only!
      else out = out.flatMap(head => next.map(tail => head + tail))
      if (out.length > 1) this.length += out.length * out[0]!.length
      if (this.length > LENGTH_MAX) return undefined
    }
    return out
  }

  private spell(node: Node): string[] | undefined {
    switch (node.kind) {
      case 'empty':
        return ['']
      case 'char':
        return this.char(node.rune, node.fold)
      case 'concat':
        return this.concat(node.subs)
      case 'choice': {
        const all: string[] = []
        for (const sub of node.subs) {
          const values = this.spell(sub)
          if (values === undefined || all.length + values.length > VALUES_MAX) return undefined
          for (const value of values) all.push(value)
        }
        return all
      }
      case 'repeat': {
        const {min, max, sub} = node
        if (max > 16) return undefined
        const all: string[] = []
        for (let count = min; count <= max; count++) {
          const values = this.concat(Array.from({length: count}, () => sub))
          if (values === undefined) return undefined
          all.push(...values)
        }
        return all.length > VALUES_MAX ? undefined : all
      }
      case 'set': {
        if (countRunes(node.set) > SET_RUNES_MAX) return undefined
        const all: string[] = []
        for (let i = 0; i < node.set.length; i += 2) {
          for (let rune = node.set[i]!; rune <= node.set[i + 1]!; rune++) {
            const value = this.char(rune, false)
            if (value === undefined) return undefined
            all.push(...value)
          }
        }
        return all
      }
      case 'assert':
      case 'capture':
        return undefined
    }
  }

  private char(rune: number, fold: boolean): string[] | undefined {
    // U+FFFD also stands for invalid bytes, and surrogates never occur.
    if (rune === RUNE_ERROR || (rune >= 0xd800 && rune <= 0xdfff)) return undefined
    if (fold !== this.fold && foldOrbit(rune).length > 1) return undefined
    this.sawFold ||= fold
    return [fold ? foldedForm(rune) : String.fromCodePoint(rune)]
  }
}

/** The variant that stands for all: the ASCII lower-case letter if there is one, else the lower case. */
export function foldedForm(member: number): string {
  const orbit = foldOrbit(member)
  const lower = String.fromCodePoint(orbit[0]!).toLowerCase()
  const rune = lower.codePointAt(0)!
  return orbit.includes(rune) && lower === String.fromCodePoint(rune) ? lower : String.fromCodePoint(orbit[0]!)
}
