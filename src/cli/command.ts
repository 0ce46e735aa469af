/*
 * What a subcommand is: its flags as a table, from which parsing, `--help` and shell completion come.
 *
 * Exit codes: 0 done, 1 failed (the reason is on standard error), 2 called wrongly.
 */
import {parseArgs} from 'node:util'

export const EXIT_OK = 0
export const EXIT_FAILED = 1
export const EXIT_USAGE = 2

export type Flag = {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  /** May be given several times; the value is then a list. */
  readonly multiple?: boolean
  /** What `--help` shows for the value: `<url>`. */
  readonly value?: string
  readonly fallback?: string
  /** Environment variables read when the flag is not given, first one set wins. */
  readonly env?: readonly string[]
  readonly choices?: readonly string[]
  readonly help: string
}
export type Flags = Readonly<Record<string, Flag>>

/** What a command may touch of the process; tests pass their own. */
export type Io = {
  readonly out: NodeJS.WritableStream & {isTTY?: boolean}
  readonly err: NodeJS.WritableStream & {isTTY?: boolean}
  readonly in: NodeJS.ReadableStream & {isTTY?: boolean}
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted on SIGINT and SIGTERM. */
  readonly signal: AbortSignal
}

export type Values = {
  text(name: string): string
  optional(name: string): string | undefined
  list(name: string): readonly string[]
  on(name: string): boolean
}

export type Command = {
  readonly name: string
  readonly summary: string
  /** After the name: `[flags] <query>`. */
  readonly usage: string
  /** More than the summary, for --help. */
  readonly about?: string
  readonly examples?: readonly string[]
  readonly flags: Flags
  /** For flags that come from elsewhere (the option table of serve). */
  readonly extraFlags?: () => readonly string[]
  readonly extraHelp?: () => string
  /** Raw arguments instead of parsed ones, for serve. */
  readonly runRaw?: (args: readonly string[], io: Io) => Promise<number>
  readonly run?: (values: Values, positionals: readonly string[], io: Io) => Promise<number>
}

/** Called wrongly: message and exit code 2. */
export class UsageError extends Error {}

export async function runCommand(command: Command, args: readonly string[], io: Io): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.out.write(renderHelp(command))
    return EXIT_OK
  }
  if (command.runRaw !== undefined) return await command.runRaw(args, io)
  if (command.run === undefined) throw new Error(`command ${command.name} has nothing to run`)
  let parsed
  try {
    const options = Object.fromEntries(
      Object.entries(command.flags).map(([name, f]) => [
        name,
        {type: f.type, multiple: f.multiple ?? false, ...(f.short === undefined ? {} : {short: f.short})},
      ]),
    )
    parsed = parseArgs({args: [...args], options, allowPositionals: true, strict: true})
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  return await command.run(valuesOf(command.flags, parsed.values, io.env), parsed.positionals, io)
}

type Parsed = Record<string, string | boolean | (string | boolean)[] | undefined>

function valuesOf(flags: Flags, parsed: Parsed, env: Io['env']): Values {
  const fallback = (name: string) => {
    const fromEnv = flags[name]?.env?.map(variable => env[variable]).find(value => value !== undefined && value !== '')
    return fromEnv ?? flags[name]?.fallback
  }
  const optional = (name: string) => {
    const given = parsed[name]
    const value = typeof given === 'string' ? given : fallback(name)
    const choices = flags[name]?.choices
    if (value !== undefined && choices !== undefined && !choices.includes(value)) {
      throw new UsageError(`--${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`)
    }
    return value
  }
  return {
    optional,
    text: name => optional(name) ?? '',
    list: name => {
      const given = parsed[name]
      return Array.isArray(given) ? given.map(String) : []
    },
    on: name => (typeof parsed[name] === 'boolean' ? parsed[name] : fallback(name) === 'true'),
  }
}

export function renderHelp(command: Command): string {
  const lines = [`skald ${command.name}: ${command.summary}`, '', `Usage: skald ${command.name} ${command.usage}`]
  if (command.about !== undefined) lines.push('', command.about)
  const rows = Object.entries(command.flags).map(([name, f]) => {
    const short = f.short === undefined ? '    ' : `-${f.short}, `
    const value = f.type === 'boolean' ? '' : ` ${f.value ?? (f.choices === undefined ? '<text>' : f.choices.join('|'))}`
    const notes = [
      f.fallback === undefined || f.fallback === '' ? '' : `default ${f.fallback}`,
      f.env === undefined ? '' : `env ${f.env.join(', ')}`,
    ]
      .filter(note => note !== '')
      .join('; ')
    return [`  ${short}--${name}${value}`, notes === '' ? f.help : `${f.help} (${notes})`] as const
  })
  rows.push(['  -h, --help', 'Print this page.'])
  const width = Math.min(38, Math.max(...rows.map(([left]) => left.length)))
  lines.push('', 'Flags:')
  for (const [left, right] of rows) {
    if (left.length > width) lines.push(left, `${' '.repeat(width)}  ${right}`)
    else lines.push(`${left.padEnd(width)}  ${right}`)
  }
  if (command.extraHelp !== undefined) lines.push('', command.extraHelp().trimEnd())
  if (command.examples !== undefined) lines.push('', 'Examples:', ...command.examples.map(e => `  ${e}`))
  return `${lines.join('\n')}\n`
}
