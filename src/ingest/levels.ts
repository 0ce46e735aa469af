/*
 * Where the level of an entry comes from, in order:
 *
 *   1 metadata detected_level · 2 a stream label · 3 a metadata key · 4 metadata severity_number · 5 the line
 *
 * The kernel settles 1, 3 and 4 where the value is a known level, and 5. From 1–3 another value is kept as it is; it has
 * no code and is stored as a real pair. Only what the kernel leaves over comes here.
 */
import {LEVEL_FIELDS, LEVEL_NAMES, LEVEL_UNKNOWN, normalLevel, severityLevel} from '../kernel/index.ts'
import type {Labels} from '../model/index.ts'

/** Ranks of names: lower is stronger. Level fields are in between, in their order. */
export const RANK_DETECTED = -1
export const RANK_SEVERITY_NUMBER = LEVEL_FIELDS.length
export const RANK_NONE = RANK_SEVERITY_NUMBER + 1

const RANKS: ReadonlyMap<string, number> = new Map([
  ['detected_level', RANK_DETECTED],
  ...LEVEL_FIELDS.map((name, rank): [string, number] => [name, rank]),
  ['severity_number', RANK_SEVERITY_NUMBER],
])
const INFO = LEVEL_NAMES.indexOf('info')

/** A level is a code, or a verbatim text with code 0. */
export type Level = {readonly code: number; readonly verbatim: string}

/** How strongly a metadata key of this (normal) name decides the level. */
export function levelRank(name: string): number {
  return RANKS.get(name) ?? RANK_NONE
}

/** `unknown` is no level that normalises, but as it stands it is the name of a code. */
export function levelOf(value: string): Level {
  const code = value === 'unknown' ? LEVEL_UNKNOWN : normalLevel(value)
  return {code, verbatim: code === 0 ? value : ''}
}

/** From OpenTelemetry's severity number, as text. */
export function levelOfSeverity(text: string): Level {
  return {code: /^[+-]?\d+$/.test(text) ? severityLevel(Number(text)) : INFO, verbatim: ''}
}

/** From the first level field, in their order, that is a label of the stream. */
export function levelOfLabels(labels: Labels): Level | undefined {
  let best: string | undefined
  let bestRank: number = RANK_SEVERITY_NUMBER
  for (const {name, value} of labels) {
    const rank = levelRank(name)
    if (rank >= 0 && rank < bestRank) {
      best = value
      bestRank = rank
    }
  }
  return best === undefined ? undefined : levelOf(best)
}
