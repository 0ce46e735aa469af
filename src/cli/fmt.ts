/* skald fmt: LogQL in its canonical layout. */
import {text as readText} from 'node:stream/consumers'
import type {Command} from './command.ts'
import {EXIT_OK, UsageError} from './command.ts'

export const fmtCommand: Command = {
  name: 'fmt',
  summary: 'format a LogQL query',
  usage: '[<LogQL> | -]',
  examples: [`skald fmt 'sum(rate({app="api"}|="x"[5m]))by(level)'`, 'skald fmt - < query.logql'],
  flags: {},
  run: async (_values, positionals, io) => {
    const [query, ...rest] = positionals
    if (rest.length > 0) throw new UsageError('give one query, quoted')
    const text = query === undefined || query === '-' ? await readText(io.in) : query
    const {formatQuery} = await import('../query/index.ts')
    io.out.write(`${formatQuery(text)}\n`)
    return EXIT_OK
  },
}
