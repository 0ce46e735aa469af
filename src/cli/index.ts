/* The `skald` command: picks the subcommand, turns errors into messages and exit codes. */
import {Failure} from '../model/index.ts'
import {EXIT_FAILED, EXIT_OK, EXIT_USAGE, runCommand, UsageError, type Command, type Io} from './command.ts'
import {completionCommand} from './completion.ts'
import {RequestError} from './client.ts'
import {explainCommand} from './explain.ts'
import {fmtCommand} from './fmt.ts'
import {inspectCommand} from './inspect.ts'
import {labelsCommand, seriesCommand} from './labels.ts'
import {pushCommand} from './push.ts'
import {queryCommand} from './query.ts'
import {serveCommand} from './serve-command.ts'
import {tailCommand} from './tail.ts'
import {VERSION} from './version.ts'

const COMMANDS: readonly Command[] = [
  serveCommand,
  queryCommand,
  tailCommand,
  labelsCommand,
  seriesCommand,
  pushCommand,
  fmtCommand,
  explainCommand,
  inspectCommand,
  completionCommand(() => COMMANDS),
]

/** Runs `skald <args>`; the exit code. Never throws. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args
  const unknown = (text: string): number => {
    io.err.write(`skald: unknown command ${JSON.stringify(text)}; \`skald --help\` lists them\n`)
    return EXIT_USAGE
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const about = COMMANDS.find(c => c.name === rest[0])
    if (about !== undefined) return await runCommand(about, ['--help'], io)
    if (name === 'help' && rest[0] !== undefined) return unknown(rest[0])
    ;(name === undefined ? io.err : io.out).write(overview())
    return name === undefined ? EXIT_USAGE : EXIT_OK
  }
  if (name === '--version' || name === '-V' || name === 'version') {
    io.out.write(`skald ${VERSION}\n`)
    return EXIT_OK
  }
  const command = COMMANDS.find(c => c.name === name)
  if (command === undefined) return unknown(name)
  try {
    return await runCommand(command, rest, io)
  } catch (error) {
    if (error instanceof UsageError) {
      io.err.write(`skald ${name}: ${error.message}\nUsage: skald ${name} ${command.usage}\n\`skald ${name} --help\` says more\n`)
      return EXIT_USAGE
    }
    if (io.signal.aborted) return EXIT_FAILED
    const expected = error instanceof Failure || error instanceof RequestError || isSystemError(error)
    io.err.write(`skald ${name}: ${error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error)}\n`)
    return EXIT_FAILED
  }
}

/** A missing file, a port in use: the message says all, a stack trace says nothing. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(c => c.name.length))
  return [
    'skald: a log store that speaks Loki',
    '',
    'Usage: skald <command> [flags]',
    '',
    'Commands:',
    ...COMMANDS.map(c => `  ${c.name.padEnd(width)}  ${c.summary}`),
    '',
    '`skald <command> --help` lists the flags of a command. Exit codes: 0 done, 1 failed, 2 called wrongly.',
    '',
  ].join('\n')
}
