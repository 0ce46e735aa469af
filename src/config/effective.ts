/* The settings in force, as YAML that could be given back with --config. */
import {stringify} from 'yaml'
import {ROWS, type Config} from './rows.ts'

/** Options other than limits; limits differ per tenant and are shown by whoever knows the tenant. Values are in the units of the option table. */
export function renderEffective(config: Config): string {
  const sections: Record<string, Record<string, unknown>> = {}
  for (const row of ROWS) {
    if (row.loki !== undefined) continue
    const values: Readonly<Record<string, unknown>> = config[row.section]
    const value = values[row.property]
    const section = (sections[row.section] ??= {})
    section[row.name.replaceAll('-', '_')] =
      row.option.kind === 'duration' ? `${String(value)}ms` : row.option.kind === 'bytes' ? `${String(value)}B` : value
  }
  return stringify(sections)
}

/** Names of all flags, for shell completion. */
export function optionFlags(): string[] {
  return ROWS.flatMap(row => [row.key, ...(row.option.alias === undefined ? [] : [row.option.alias])])
}
