/*
 * Both tables as one list of rows, the names a row goes by in each source, and the types of what comes out:
 * `config.server.listen`, `config.store.flushAgeMs`, `limits.maxLineSizeBytes`.
 */
import {LIMIT_OPTIONS} from './limit-options.ts'
import {propertyOf, type Option, type PropertyOf, type ValueOf} from './option.ts'
import {OPTIONS, type Section} from './options.ts'

type Options = typeof OPTIONS
type LimitOptions = typeof LIMIT_OPTIONS
type NameIn<S extends Section, Key> = Key extends `${S}.${infer Name}` ? Name : never

/** Values of all options but the limits, by section and property. Durations in ms, sizes in bytes. */
export type Config = {
  readonly [S in Section]: {
    readonly [Key in keyof Options as NameIn<S, Key> extends never ? never : PropertyOf<NameIn<S, Key>, Options[Key]>]: ValueOf<
      Options[Key]
    >
  }
}

/** A tenant's limits. Durations in ms, sizes in bytes, instants in ns since the epoch. */
export type Limits = {readonly [Name in keyof LimitOptions as PropertyOf<Name, LimitOptions[Name]>]: ValueOf<LimitOptions[Name]>}

export type Row = {
  /** `store.flush-age`; also the flag, after two dashes. */
  readonly key: string
  readonly section: Section
  /** `flush-age`. */
  readonly name: string
  /** `flushAgeMs`. */
  readonly property: string
  readonly option: Option
  /** Default in profile loki; undefined for what is not a limit. */
  readonly loki: string | undefined
}

function rowsOf(): Row[] {
  const rows: Row[] = []
  for (const [key, option] of Object.entries<Option>(OPTIONS)) {
    const dot = key.indexOf('.')
    const name = key.slice(dot + 1)
    const section = sectionOf(key.slice(0, dot))
    rows.push({key, section, name, property: propertyOf(name, option), option, loki: undefined})
  }
  for (const [name, option] of Object.entries<Option & {loki: string}>(LIMIT_OPTIONS)) {
    rows.push({key: `limits.${name}`, section: 'limits', name, property: propertyOf(name, option), option, loki: option.loki})
  }
  return rows
}

function sectionOf(text: string): Section {
  for (const section of SECTION_NAMES) if (section === text) return section
  throw new Error(`option in no section: ${text}`)
}

export const SECTION_NAMES: readonly Section[] = ['server', 'auth', 'store', 'query', 'log', 'limits']
export const ROWS: readonly Row[] = rowsOf()
export const ROW_BY_KEY: ReadonlyMap<string, Row> = new Map(ROWS.map(row => [row.key, row]))
export const ROW_BY_ALIAS: ReadonlyMap<string, Row> = new Map(
  ROWS.flatMap(row => (row.option.alias === undefined ? [] : [[row.option.alias, row]])),
)

/** `store.flush-age` → `SKALD_STORE_FLUSH_AGE`. */
export function envName(key: string): string {
  return `SKALD_${key.toUpperCase().replace(/[.-]/g, '_')}`
}

/** `flush_age` and `flush-age` are one. */
export function kebab(name: string): string {
  return name.replaceAll('_', '-')
}

/** The name of `known` that is most like `text`, when it is like it at all. */
export function suggest(text: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(text.length / 3)) + 1
  for (const candidate of known) {
    const tail = candidate.slice(candidate.indexOf('.') + 1)
    const distance = Math.min(editDistance(text, candidate), tail === text ? 1 : bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({length: b.length + 1}, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min((row[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, substitution))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}
