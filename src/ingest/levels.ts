/*
 * Where the level of an entry comes from, in order:
 *
 *   1 metadata detected_level · 2 a stream label · 3 a metadata key · 4 metadata severity_number · 5 the line
 *
 * The kernel settles 1, 3 and 4 where the value is a known level, and 5. From 1–3 another value is kept as it is; it has
 * no code and is stored as a real pair. Only what the kernel leaves over comes here.
 */
import {LEVEL_FIELDS, LEVEL_UNKNOWN, LEVEL_NAMES, normalLevel, severityLevel} from '../kernel/index.ts'
import type {Labels} from '../model/index.ts'

const RANK: ReadonlyMap<string, number> = new Map(LEVEL_FIELDS.map((name, rank) => [name, rank]))
const SEVERITY_NUMBER = 'severity_number'
const INFO = LEVEL_NAMES.indexOf('info')

/** A level is a code, or a verbatim text with code 0. */
export type Level = {readonly code: number; readonly verbatim: string}

/** `unknown` is no level that normalises, but as it stands it is the name of a code. */
export function levelOf(value: string): Level {
  const code = value === 'unknown' ? LEVEL_UNKNOWN : normalLevel(value)
  return {code, verbatim: code === 0 ? value : ''}
}

/** From the first level field, in their order, that is among the pairs; names are unique. */
export function levelOfFields(pairs: Iterable<readonly [name: string, value: string]>): Level | undefined {
  let best: string | undefined
  let bestRank = Number.POSITIVE_INFINITY
  for (const [name, value] of pairs) {
    const rank = RANK.get(name)
    if (rank !== undefined && rank < bestRank) {
      best = value
      bestRank = rank
    }
  }
  return best === undefined ? undefined : levelOf(best)
}

export function levelOfLabels(labels: Labels): Level | undefined {
  return levelOfFields(labels.map(label => [label.name, label.value] as const))
}

/** From OpenTelemetry's severity number; undefined when the pairs have none. */
export function levelOfSeverity(pairs: ReadonlyMap<string, string>): Level | undefined {
  const text = pairs.get(SEVERITY_NUMBER)
  if (text === undefined) return undefined
  return {code: /^[+-]?\d+$/.test(text) ? severityLevel(Number(text)) : INFO, verbatim: ''}
}
