/* skald explain: what a query will do, without running it. */
import {text as readText} from 'node:stream/consumers'
import {explainQuery} from '../query/index.ts'
import {systemClock} from './clock.ts'
import type {Command} from './command.ts'
import {EXIT_OK, UsageError} from './command.ts'
import {parseArgsTime, parseDurationArg} from './times.ts'

export const explainCommand: Command = {
  name: 'explain',
  summary: 'show how a LogQL query will be run',
  usage: '[flags] [<LogQL> | -]',
  about: 'Asks no server: what is filtered where, what is read, and what is known without reading, from the plan alone.',
  examples: [`skald explain 'sum by (level) (rate({app="api"} |= "error" | json [5m]))'`, `skald explain '{app="api"}' --since 1h`],
  flags: {
    from: {type: 'string', value: '<time>', help: 'Start of a range query: then the plan has times.'},
    to: {type: 'string', value: '<time>', help: 'End of a range query; default now.'},
    since: {type: 'string', value: '<duration>', help: 'Start this long before the end, when --from is not given.'},
    step: {type: 'string', value: '<duration>', fallback: '1m', help: 'Resolution of a metric query.'},
  },
  run: async (values, positionals, io) => {
    const [query, ...rest] = positionals
    if (rest.length > 0) throw new UsageError('give one query, quoted')
    const text = query === undefined || query === '-' ? await readText(io.in) : query
    const [from, to, since] = [values.optional('from'), values.optional('to'), values.optional('since')]
    const timed = from !== undefined || to !== undefined || since !== undefined
    const stepNs = parseDurationArg('step', values.text('step'))
    if (stepNs <= 0n) throw new UsageError('--step must be more than 0')
    io.out.write(explainQuery(text, timed ? {...parseArgsTime(from, to, since ?? '1h', systemClock.nowNs()), stepNs} : undefined))
    return EXIT_OK
  },
}
