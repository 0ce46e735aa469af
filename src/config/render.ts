/*
 * The option table as text: `--help` and the manual page docs/CONFIG.md.
 */
import {SECTIONS, type Section} from './options.ts'
import {envName, ROWS, SECTION_NAMES, type Row} from './rows.ts'

const HELP_COLUMN = 40

/** Flags with their help and defaults, of one section or of all, for a terminal. Ends with a newline. */
export function renderHelp(section?: Section): string {
  const lines: string[] = []
  if (section === undefined) lines.push(...helpLines(['--config <file>'], 'YAML file with any of the options below.', ''), '')
  for (const name of SECTION_NAMES) {
    if (section !== undefined && section !== name) continue
    lines.push(`${name}: ${SECTIONS[name]}`)
    for (const row of ROWS) {
      if (row.section !== name) continue
      const flags = row.option.alias === undefined ? [] : [`--${row.option.alias}`]
      flags.push(`--${row.key} ${row.option.form}`)
      lines.push(...helpLines(flags, row.option.help, defaultText(row)))
    }
    lines.push('')
  }
  return lines.join('\n')
}

function helpLines(flags: readonly string[], help: string, fallback: string): string[] {
  const left = `  ${flags.join(', ')}`
  const right = fallback === '' ? help : `${help} [${fallback}]`
  return left.length < HELP_COLUMN ? [left.padEnd(HELP_COLUMN) + right] : [left, ' '.repeat(HELP_COLUMN) + right]
}

function defaultText(row: Row): string {
  const {fallback} = row.option
  return row.loki === undefined || row.loki === fallback ? fallback : `${fallback}; loki: ${row.loki}`
}

/** docs/CONFIG.md. */
export function renderConfigDoc(): string {
  const lines = [
    '# Configuration',
    '',
    '<!-- Generated from src/config by scripts/gen-config-doc.mjs. Do not edit. -->',
    '',
    'Every option can be given as a flag, as an environment variable, or in a YAML file (`--config FILE` or `SKALD_CONFIG`).',
    'A flag wins over the environment, the environment over the file, the file over the default. Unknown flags and keys are errors.',
    '',
    '| option | flag | environment | YAML |',
    '|---|---|---|---|',
    '| `store.flush-age` | `--store.flush-age 5m` | `SKALD_STORE_FLUSH_AGE=5m` | `store: {flush_age: 5m}` |',
    '',
    'Sizes are binary (`256KB` is 262144 bytes). Durations are written as in Prometheus, largest unit first: `1w`, `30d1h`, `90s`, `250ms`.',
    'Lists are separated by commas, or are YAML lists. In YAML, keys may have `_` or `-`.',
    '',
    '```yaml',
    'server:',
    '  listen: 0.0.0.0:3100',
    'limits:',
    '  profile: skald',
    '  max_line_size: 256KB',
    'overrides: # limits of single tenants, on top',
    '  team-a:',
    '    ingestion_rate_mb: 8',
    '    ingestion_burst_size_mb: 16',
    '```',
    '',
    'The limits and overrides of the file are read again when the file changes and on SIGHUP. When the new file is invalid, the old limits',
    'stay in force and the log says what is wrong. All other options need a restart.',
    '',
  ]
  for (const section of SECTION_NAMES) {
    lines.push(`## ${section}`, '', SECTIONS[section], '')
    const limits = section === 'limits'
    lines.push(limits ? '| option | skald | loki | |' : '| option | default | |', limits ? '|---|---|---|---|' : '|---|---|---|')
    for (const row of ROWS) {
      if (row.section !== section) continue
      const about = [cell(row.option.help), row.option.manual === undefined ? '' : cell(row.option.manual), formText(row)]
        .filter(s => s !== '')
        .join(' ')
      const values = limits ? `${code(row.option.fallback)} | ${code(row.loki ?? '')}` : code(row.option.fallback)
      lines.push(`| \`${row.key}\`<br>\`${envName(row.key)}\` | ${values} | ${about} |`)
    }
    lines.push('')
  }
  return lines.join('\n')
}

function formText(row: Row): string {
  const alias = row.option.alias === undefined ? '' : `Short: \`--${row.option.alias}\`. `
  return `${alias}${row.option.kind === 'choice' ? `One of ${row.option.form.split(' | ').map(code).join(', ')}.` : ''}`.trim()
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll(',', ', ')}\``
}
