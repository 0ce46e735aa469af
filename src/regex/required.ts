/*
 * Literals that must occur in every text a pattern matches, so that searches for them can rule out lines and chunks before
 * the automaton looks: `.*level=error.*duration=.*` needs `level=error` and `duration=`; `error|fail` needs one of two.
 *
 * Sound, never complete. Where a literal could be spelled in bytes that a search for it would miss, it is cut: at U+FFFD (which
 * invalid bytes match as well), and under (?i) at k and s (which U+212A and U+017F match).
 */
import {countRunes, RUNE_ERROR} from './charset.ts'
import {foldOrbit} from './fold.ts'
import type {Node} from './node.ts'

/**
 * One of the literals must occur. With `fold`, A–Z in the text are compared as a–z; the literals then hold no upper-case ASCII,
 * and other bytes are compared as they are.
 */
export type LiteralSet = {readonly literals: readonly Uint8Array[]; readonly fold: boolean}

type Piece = {readonly text: string; readonly fold: boolean}
/** exact: all texts of the node (under folding at least these). needs: sets of which each must have a hit. */
type Info = {readonly exact: readonly Piece[] | undefined; readonly needs: readonly (readonly Piece[])[]}

const NOTHING: Info = {exact: undefined, needs: []}
const BLANK: Info = {exact: [{text: '', fold: false}], needs: []}
// Each literal of a set is one more search over the text.
const SET_MAX = 32
const PRODUCT_MAX = 8
const CLASS_RUNES_MAX = 4
const PIECE_LENGTH_MAX = 128
const SETS_MAX = 8

/** @param test what {@link forTest} made of the pattern. Best sets first: those whose shortest literal is longest. */
export function requiredLiterals(test: Node): LiteralSet[] {
  const info = inspect(test)
  const sets = allNeeds(info).map(withoutCovered)
  sets.sort((a, b) => rank(b) - rank(a))
  const kept: Piece[][] = []
  for (const set of sets) if (kept.length < SETS_MAX && !kept.some(better => implies(better, set))) kept.push(set)
  return kept.map(toLiteralSet)
}

function inspect(node: Node): Info {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return BLANK
    case 'char':
      return inspectChar(node.rune, node.fold)
    case 'set': {
      if (node.set.length === 0 || countRunes(node.set) > CLASS_RUNES_MAX) return NOTHING
      const exact: Piece[] = []
      for (let i = 0; i < node.set.length; i += 2) {
        for (let rune = node.set[i]!; rune <= node.set[i + 1]!; rune++) {
          const char = inspectChar(rune, false)
          if (char.exact === undefined) return NOTHING
          exact.push(...char.exact)
        }
      }
      return {exact, needs: []}
    }
    case 'capture':
      return inspect(node.sub)
    case 'repeat':
      return inspectConcat(copiesOf(node))
    case 'concat':
      return inspectConcat(node.subs.flatMap(sub => (sub.kind === 'repeat' ? copiesOf(sub) : [inspect(sub)])))
    case 'choice':
      return inspectChoice(node.subs)
  }
}

function inspectChar(rune: number, fold: boolean): Info {
  if (rune === RUNE_ERROR || (rune >= 0xd800 && rune <= 0xdfff)) return NOTHING
  if (!fold) return {exact: [{text: String.fromCodePoint(rune), fold: false}], needs: []}
  const orbit = foldOrbit(rune)
  if (orbit[0]! >= 0x80) return {exact: orbit.map(other => ({text: String.fromCodePoint(other), fold: false})), needs: []}
  return orbit.length > 2 ? NOTHING : {exact: [{text: String.fromCodePoint(orbit[1]!), fold: true}], needs: []}
}

// x{2,} is x, x and anything.
function copiesOf({min, max, sub}: Node & {kind: 'repeat'}): Info[] {
  const info = inspect(sub)
  if (min === 0) {
    if (max !== 1 || info.exact === undefined || info.exact.length >= CLASS_RUNES_MAX) return [NOTHING]
    return [{exact: [...info.exact, {text: '', fold: false}], needs: []}]
  }
  const copies: Info[] = Array.from({length: Math.min(min, PIECE_LENGTH_MAX)}, () => info)
  if (max !== min || copies.length < min) copies.push(NOTHING)
  return copies
}

function inspectConcat(parts: readonly Info[]): Info {
  const needs: (readonly Piece[])[] = []
  let run: readonly Piece[] = BLANK.exact!
  let isExact = true
  const cut = (): void => {
    if (run.every(piece => piece.text !== '')) needs.push(run)
    isExact = false
  }
  for (const part of parts) {
    if (part.exact === undefined) {
      cut()
      needs.push(...part.needs)
      run = BLANK.exact!
    } else if (run.length * part.exact.length <= Math.max(PRODUCT_MAX, run.length) && isShort(run)) {
      run = product(run, part.exact)
    } else if (run.length === 1 && run[0]!.text === '') {
      run = part.exact
    } else {
      cut()
      run = part.exact
    }
  }
  if (isExact) return {exact: run, needs: []}
  cut()
  return {exact: undefined, needs}
}

function isShort(pieces: readonly Piece[]): boolean {
  return pieces.every(piece => piece.text.length < PIECE_LENGTH_MAX)
}

function product(heads: readonly Piece[], tails: readonly Piece[]): Piece[] {
  return heads.flatMap(head => tails.map(tail => ({text: head.text + tail.text, fold: head.fold || tail.fold})))
}

function inspectChoice(subs: readonly Node[]): Info {
  const union: Piece[] = []
  let isExact = true
  for (const sub of subs) {
    const info = inspect(sub)
    isExact &&= info.exact !== undefined
    const best = info.exact ?? bestOf(info.needs)
    if (best === undefined || union.length + best.length > SET_MAX) return NOTHING
    union.push(...best)
  }
  if (isExact) return {exact: union, needs: []}
  return union.every(piece => piece.text !== '') ? {exact: undefined, needs: [union]} : NOTHING
}

function allNeeds(info: Info): (readonly Piece[])[] {
  if (info.exact === undefined) return [...info.needs]
  return info.exact.every(piece => piece.text !== '') ? [info.exact] : []
}

function bestOf(needs: readonly (readonly Piece[])[]): readonly Piece[] | undefined {
  return needs.reduce<readonly Piece[] | undefined>((best, set) => (best === undefined || rank(set) > rank(best) ? set : best), undefined)
}

// The shortest literal decides how much a set rules out; fewer literals break the tie.
function rank(set: readonly Piece[]): number {
  return set.reduce((min, piece) => Math.min(min, piece.text.length), Infinity) - set.length / 100
}

function covers(short: Piece, long: Piece): boolean {
  if (short.fold) return lowerAscii(long.text).includes(lowerAscii(short.text))
  return !long.fold && long.text.includes(short.text)
}

// Where one literal of a set lies in another, the longer adds nothing.
function withoutCovered(set: readonly Piece[]): Piece[] {
  const kept: Piece[] = []
  for (const piece of [...set].sort((a, b) => a.text.length - b.text.length)) {
    if (!kept.some(other => covers(other, piece))) kept.push(piece)
  }
  return kept
}

// A hit of `better` is a hit of `set` as well.
function implies(better: readonly Piece[], set: readonly Piece[]): boolean {
  return better.every(piece => set.some(other => covers(other, piece)))
}

function toLiteralSet(set: readonly Piece[]): LiteralSet {
  const fold = set.some(piece => piece.fold)
  const texts = new Set(set.map(piece => (fold ? lowerAscii(piece.text) : piece.text)))
  const encoder = new TextEncoder()
  return {literals: [...texts].map(text => encoder.encode(text)), fold}
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, upper => upper.toLowerCase())
}
