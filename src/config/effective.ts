/* The settings in force, as YAML that could be given back with --config. */
import {stringify} from 'yaml'
import {formatPromDuration} from '../model/index.ts'
import type {LimitsProvider} from './limits.ts'
import {ROWS, type Config, type Limits, type Row} from './rows.ts'

/** Every option, every limit that tenants have in common, and of tenants with limits of their own what differs. */
export function renderEffective(config: Config, limits: LimitsProvider): string {
  const sections: Record<string, Record<string, unknown>> = {}
  for (const row of ROWS) {
    if (row.loki === undefined) (sections[row.section] ??= {})[yamlName(row)] = shown(row, config[row.section])
  }
  // No tenant is called so: what everyone has who is not named.
  const common = limitsShown(limits.forTenant(''))
  Object.assign((sections['limits'] ??= {}), common)
  const overrides: Record<string, unknown> = {}
  for (const tenant of limits.tenants()) {
    const own = Object.entries(limitsShown(limits.forTenant(tenant)))
    overrides[tenant] = Object.fromEntries(own.filter(([name, value]) => String(value) !== String(common[name])))
  }
  return stringify(Object.keys(overrides).length === 0 ? sections : {...sections, overrides})
}

function limitsShown(limits: Limits): Record<string, unknown> {
  return Object.fromEntries(ROWS.filter(row => row.loki !== undefined).map(row => [yamlName(row), shown(row, limits)]))
}

function yamlName(row: Row): string {
  return row.name.replaceAll('-', '_')
}

/** As one would write it in the file. */
function shown({property, option}: Row, values: Readonly<Record<string, unknown>>): unknown {
  const value = values[property]
  if (option.kind === 'duration' && typeof value === 'number') return formatPromDuration(BigInt(value) * 1_000_000n)
  if (option.kind === 'bytes' && typeof value === 'number') return formatSize(value)
  if (option.kind === 'instant' && typeof value === 'bigint') {
    return value === 0n ? 0 : new Date(Number(value / 1_000_000n)).toISOString()
  }
  return value
}

/** The largest unit that leaves a whole number. */
function formatSize(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size > 0 && size % 1024 === 0 && unit < UNITS.length - 1) {
    size /= 1024
    unit++
  }
  return `${size}${UNITS[unit]!}`
}
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** Names of all flags, for shell completion. */
export function optionFlags(): string[] {
  return ROWS.flatMap(row => [row.key, ...(row.option.alias === undefined ? [] : [row.option.alias])])
}
