/*
 * The three sources of settings, each read into the same shape: key → text. Nothing is validated here but names.
 *
 * Precedence (load.ts): flag, environment, file, default.
 */
import {parseDocument} from 'yaml'
import {booleanOf} from './option.ts'
import {SECTIONS} from './options.ts'
import {envName, kebab, ROW_BY_ALIAS, ROW_BY_KEY, ROWS, SECTION_NAMES, suggest, type Row} from './rows.ts'

export type Setting = {
  readonly text: string
  /** For messages: `--store.flush-age`, `SKALD_…`, `skald.yaml: store.flush_age`. */ readonly origin: string
}
export type Settings = ReadonlyMap<string, Setting>
/** Limits of single tenants, by tenant, then by the limit's name without its section. */
export type Overrides = ReadonlyMap<string, Settings>

export type FlagSource = {settings: Settings; configFile: string | undefined; problems: string[]}

/** `--key value`, `--key=value`; for on/off options also `--key` alone and `--no-key`. snake_case is understood. */
export function readFlags(args: readonly string[]): FlagSource {
  const settings = new Map<string, Setting>()
  const problems: string[] = []
  let configFile: string | undefined
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    const match = /^--([^=]+)(?:=([^]*))?$/.exec(arg)
    if (match === null) {
      problems.push(`unexpected argument ${JSON.stringify(arg)}`)
      continue
    }
    const name = kebab(match[1] ?? '')
    const inline = match[2]
    const next = args[i + 1]
    if (name === 'config') {
      configFile = inline ?? next
      if (inline === undefined) i++
      if (configFile === undefined) problems.push('--config: needs a file')
      continue
    }
    const off = name.startsWith('no-') ? rowOfFlag(name.slice(3)) : undefined
    if (off?.option.kind === 'boolean' && inline === undefined) {
      settings.set(off.key, {text: 'false', origin: arg})
      continue
    }
    const row = rowOfFlag(name)
    if (row === undefined) {
      const close = suggest(name, [...ROW_BY_KEY.keys(), ...ROW_BY_ALIAS.keys(), 'config'])
      problems.push(`unknown flag --${match[1] ?? ''}${close === undefined ? '' : `; did you mean --${close}?`}`)
      if (inline === undefined && next !== undefined && !next.startsWith('--')) i++
      continue
    }
    let text = inline
    if (text === undefined && row.option.kind === 'boolean' && (next === undefined || booleanOf(next) === undefined)) text = 'true'
    if (text === undefined) {
      text = next
      i++
    }
    if (text === undefined) problems.push(`--${name}: needs a value`)
    else settings.set(row.key, {text, origin: `--${name}`})
  }
  return {settings, configFile, problems}
}

function rowOfFlag(name: string): Row | undefined {
  return ROW_BY_KEY.get(name) ?? ROW_BY_ALIAS.get(name)
}

export type EnvSource = {settings: Settings; configFile: string | undefined; warnings: string[]}

/** Empty variables count as not set. A variable that only looks like ours is a warning, for it may be another program's. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): EnvSource {
  const settings = new Map<string, Setting>()
  const warnings: string[] = []
  const rowByName = new Map(ROWS.map(row => [envName(row.key), row]))
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('SKALD_') || text === undefined || text === '') continue
    const row = rowByName.get(name)
    if (row !== undefined) settings.set(row.key, {text, origin: name})
    else if (SECTION_NAMES.some(section => name.startsWith(`${envName(section)}_`))) {
      const close = suggest(name, rowByName.keys())
      warnings.push(`environment variable ${name} is not an option${close === undefined ? '' : `; did you mean ${close}?`}`)
    }
  }
  return {settings, configFile: env['SKALD_CONFIG'] === '' ? undefined : env['SKALD_CONFIG'], warnings}
}

export type FileSource = {settings: Settings; overrides: Overrides; problems: string[]}

/** The YAML file: a map of sections, and `overrides` by tenant. Unknown keys are problems. */
export function readFile(file: string, yamlText: string): FileSource {
  const settings = new Map<string, Setting>()
  const overrides = new Map<string, Settings>()
  const problems: string[] = []
  const document = parseDocument(yamlText)
  for (const error of document.errors) problems.push(`${file}: ${error.message.split(/:?\n/)[0] ?? 'not YAML'}`)
  const root: unknown = problems.length > 0 ? null : document.toJS()
  if (root === null || root === undefined) return {settings, overrides, problems}
  if (!isMap(root)) return {settings, overrides, problems: [`${file}: expected a map of sections`]}
  for (const [section, body] of Object.entries(root)) {
    if (body === null) continue
    const known = section in SECTIONS || section === 'overrides'
    if (!known) {
      const close = suggest(section, [...SECTION_NAMES, 'overrides'])
      problems.push(`${file}: unknown section ${section}${close === undefined ? '' : `; did you mean ${close}?`}`)
    } else if (!isMap(body)) problems.push(`${file}: ${section} must be a map`)
    else if (section === 'overrides') {
      for (const [tenant, limits] of Object.entries(body)) {
        const where = `overrides.${tenant}`
        if (limits === null) continue
        if (isMap(limits)) overrides.set(tenant, readSection(file, where, 'limits', limits, problems))
        else problems.push(`${file}: ${where} must be a map`)
      }
    } else {
      for (const [key, setting] of readSection(file, section, section, body, problems)) settings.set(`${section}.${key}`, setting)
    }
  }
  return {settings, overrides, problems}
}

function readSection(file: string, where: string, section: string, body: Record<string, unknown>, problems: string[]): Settings {
  const settings = new Map<string, Setting>()
  for (const [key, value] of Object.entries(body)) {
    const name = kebab(key)
    const origin = `${file}: ${where}.${key}`
    const text = textOf(value)
    if (!ROW_BY_KEY.has(`${section}.${name}`)) {
      const known = ROWS.filter(row => row.section === section).map(row => row.name)
      const close = suggest(name, known)
      problems.push(`${origin}: unknown option${close === undefined ? '' : `; did you mean ${close.replaceAll('-', '_')}?`}`)
    } else if (settings.has(name)) problems.push(`${origin}: given twice`)
    else if (text === undefined) problems.push(`${origin}: needs a plain value${Array.isArray(value) ? ' or a list of plain values' : ''}`)
    else settings.set(name, {text, origin})
  }
  return settings
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (!Array.isArray(value)) return undefined
  const items = value.map(item => (Array.isArray(item) ? undefined : textOf(item)))
  return items.includes(undefined) ? undefined : items.join(',')
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
