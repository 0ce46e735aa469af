/*
 * Settings from flags, environment and file, in this precedence, to a typed Config and the tenants' limits.
 *
 * Leaves reading files and the environment to the caller (cli/), who passes both in.
 */
import {Failure} from '../model/index.ts'
import {createLimitsProvider, resolveLimits, type LimitsProvider} from './limits.ts'
import {ROWS, type Config} from './rows.ts'
import {readEnv, readFile, readFlags, type FileSource, type Setting} from './sources.ts'

export type ConfigSources = {
  /** Flags only, without the subcommand. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whole text of a UTF-8 file; throws as fs does. Called once for every (re)load, with `--config` or SKALD_CONFIG. */
  readonly readFile: (path: string) => string
}

export type LoadedConfig = {
  readonly config: Config
  readonly limits: LimitsProvider
  /** The file in use, for watching; undefined when there is none. */
  readonly configFile: string | undefined
  /** Not wrong enough to stop, for the log. */
  readonly warnings: readonly string[]
}

/** @throws {Failure} BAD_REQUEST, one problem a line. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const first = readAll(sources)
  const limits = createLimitsProvider(() => {
    const next = readAll(sources)
    const stale = ROWS.filter(row => row.section !== 'limits' && valueAt(next.config, row) !== valueAt(first.config, row))
    const warnings = stale.map(row => `${row.key} changed; it takes effect at the next start`)
    return {table: next.table, warnings: [...next.warnings, ...warnings]}
  })
  return {config: first.config, limits, configFile: first.configFile, warnings: first.warnings}
}

function valueAt(config: Config, row: {section: keyof Config; property: string}): unknown {
  const section: Readonly<Record<string, unknown>> = config[row.section]
  return section[row.property]
}

function readAll(sources: ConfigSources) {
  const flags = readFlags(sources.args)
  const env = readEnv(sources.env)
  const configFile = flags.configFile ?? env.configFile
  const problems = [...flags.problems]
  let file: FileSource = {settings: new Map(), overrides: new Map(), problems: []}
  if (configFile !== undefined) {
    try {
      file = readFile(configFile, sources.readFile(configFile))
    } catch (error) {
      problems.push(`${configFile}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  problems.push(...file.problems)
  const settings = new Map<string, Setting>([...file.settings, ...env.settings, ...flags.settings])
  const table = resolveLimits(settings, file.overrides, problems)
  const config: Record<string, Record<string, unknown>> = {}
  for (const row of ROWS) {
    const section = (config[row.section] ??= {})
    if (row.loki !== undefined) continue
    const setting = settings.get(row.key)
    try {
      section[row.property] = row.option.parse(setting?.text ?? row.option.fallback)
    } catch (error) {
      problems.push(`${setting?.origin ?? row.key}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (problems.length > 0) throw new Failure('BAD_REQUEST', problems.join('\n'))
  // Every property of Config is a row of the table, which is where the type comes from.
  return {config: config as unknown as Config, table, configFile, warnings: env.warnings}
}
