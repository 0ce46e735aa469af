/* skald query: LogQL over a time range, with logcli's flags where they exist. */
import type {Command, Io, Values} from './command.ts'
import {EXIT_OK, UsageError} from './command.ts'
import {Client, CLIENT_FLAGS, RANGE_FLAGS, rangeOf} from './client.ts'
import {createPrinter, OUTPUT_FLAGS, progressLine, write} from './output.ts'
import {pages} from './pages.ts'
import {formatInstant, parseTimeArg} from './times.ts'
import {systemClock} from './clock.ts'

export const queryCommand: Command = {
  name: 'query',
  summary: 'run a LogQL query and print its lines or samples',
  usage: '[flags] <LogQL>',
  examples: [
    `skald query '{app="api"} |= "error"' --since 24h`,
    `skald query '{app="api"}' --limit 0 -o raw > all.log`,
    `skald query 'sum by (level) (count_over_time({app="api"}[5m]))' --step 5m`,
  ],
  flags: {
    ...CLIENT_FLAGS,
    ...RANGE_FLAGS,
    limit: {type: 'string', value: '<count>', fallback: '30', help: 'Entries to print; 0 prints all.'},
    batch: {type: 'string', value: '<count>', fallback: '1000', help: 'Entries to ask for at once.'},
    forward: {type: 'boolean', help: 'Oldest first.'},
    step: {type: 'string', value: '<duration>', help: 'Resolution of a metric query.'},
    interval: {type: 'string', value: '<duration>', help: 'Print at most one entry in this time.'},
    instant: {type: 'boolean', help: 'Evaluate a metric query at one instant (--now).'},
    now: {type: 'string', value: '<time>', help: 'The instant of --instant; default now.'},
    stats: {type: 'boolean', help: 'Print what the query cost, on standard error.'},
    ...OUTPUT_FLAGS,
  },
  run: async (values, positionals, io) => {
    const [query, ...rest] = positionals
    if (query === undefined || rest.length > 0) throw new UsageError('give one query, quoted')
    const client = new Client(values, io.signal)
    return values.on('instant') ? await runInstant(client, query, values, io) : await runRange(client, query, values, io)
  },
}

function countOf(values: Values, name: string): number {
  const text = values.text(name)
  if (!/^\d+$/.test(text)) throw new UsageError(`--${name} must be a whole number, not ${JSON.stringify(text)}`)
  return Number(text)
}

async function runInstant(client: Client, query: string, values: Values, io: Io): Promise<number> {
  const now = systemClock.nowNs()
  const at = values.optional('now')
  const body = await client.get('/loki/api/v1/query', {query, time: String(at === undefined ? now : parseTimeArg('now', at, now))})
  const data = body as {data?: {result?: unknown}}
  io.out.write(`${JSON.stringify(data.data?.result, null, 2)}\n`)
  return EXIT_OK
}

async function runRange(client: Client, query: string, values: Values, io: Io): Promise<number> {
  const quiet = values.on('quiet')
  const limit = countOf(values, 'limit')
  const batch = Math.max(1, countOf(values, 'batch'))
  const print = createPrinter(values, io)
  const progress = progressLine(io, quiet)
  let printed = 0
  progress.show('querying…')
  const request = {
    query,
    ...rangeOf(values, systemClock.nowNs()),
    limit: limit === 0 ? Number.POSITIVE_INFINITY : limit,
    batch,
    forward: values.on('forward'),
    step: values.optional('step'),
    interval: values.optional('interval'),
  }
  try {
    for await (const page of pages(client, request)) {
      progress.clear()
      if (values.on('stats') && !quiet) io.err.write(`${JSON.stringify((page.stats as {summary?: unknown} | undefined)?.summary)}\n`)
      if (page.kind === 'metric') {
        await write(io.out, `${JSON.stringify(page.result, null, 2)}\n`)
        return EXIT_OK
      }
      printed += page.entries.length
      // A reader that went away (`| head`) has seen enough.
      if (!(await write(io.out, page.entries.map(print).join('')))) return EXIT_OK
      const last = page.entries.at(-1)
      if (last !== undefined && io.out.isTTY !== true) progress.show(`${printed} lines, at ${formatInstant(last.tsNs, 'utc')}`)
    }
  } finally {
    progress.clear()
  }
  if (!quiet && io.err.isTTY === true) {
    if (printed === 0) io.err.write('no lines in this range; --since or --from reaches further back\n')
    else if (printed === limit) io.err.write(`${printed} lines; there may be more (--limit 0 prints all)\n`)
  }
  return EXIT_OK
}
