/* skald tail: entries as they arrive. Asks again and again; every entry is printed once, late ones within the overlap too. */
import {setTimeout as sleep} from 'node:timers/promises'
import type {Command} from './command.ts'
import {EXIT_OK, UsageError} from './command.ts'
import {Client, CLIENT_FLAGS, RequestError} from './client.ts'
import {systemClock} from './clock.ts'
import {createPrinter, OUTPUT_FLAGS, write} from './output.ts'
import {createNames, pages, type PageRequest} from './pages.ts'
import {parseDurationArg} from './times.ts'

const NS_PER_MS = 1_000_000n
/** Entries may arrive this much after their timestamp and still be shown. */
const OVERLAP_NS = 5_000n * NS_PER_MS

export const tailCommand: Command = {
  name: 'tail',
  summary: 'print lines as they arrive',
  usage: '[flags] <LogQL>',
  examples: [`skald tail '{app="api"} |= "error"'`],
  flags: {
    ...CLIENT_FLAGS,
    since: {type: 'string', value: '<duration>', fallback: '1m', help: 'Begin with the lines of this long ago.'},
    lines: {type: 'string', value: '<count>', fallback: '10', help: 'Lines of the past to begin with, at most.'},
    every: {type: 'string', value: '<duration>', fallback: '500ms', help: 'Pause between two questions.'},
    'delay-for': {
      type: 'string',
      value: '<duration>',
      fallback: '0s',
      help: 'Wait this long for late entries, so that lines come in order.',
    },
    ...OUTPUT_FLAGS,
  },
  run: async (values, positionals, io) => {
    const [query, ...rest] = positionals
    if (query === undefined || rest.length > 0) throw new UsageError('give one query, quoted')
    const client = new Client(values, io.signal)
    const print = createPrinter(values, io)
    const every = Number(parseDurationArg('every', values.text('every')) / NS_PER_MS)
    const delay = parseDurationArg('delay-for', values.text('delay-for'))
    const lines = Number(values.text('lines'))
    if (!Number.isSafeInteger(lines) || lines < 0) throw new UsageError('--lines must be a whole number')

    const shown = new Map<string, bigint>() // entry -> its time, as long as it may be answered again
    const begin = systemClock.nowNs()
    let from = begin - parseDurationArg('since', values.text('since'))
    const remember = async (request: PageRequest): Promise<void> => {
      const nameOf = createNames()
      for await (const page of pages(client, request)) {
        if (page.kind === 'metric') throw new UsageError('only log queries can be followed')
        for (const e of page.entries) shown.set(nameOf(e), e.tsNs)
      }
    }
    let first = true
    while (!io.signal.aborted) {
      const to = systemClock.nowNs() - delay
      try {
        // The first answer shows the newest lines only; those before them will be answered again and are not to be shown then.
        if (first) await remember({query, startNs: to - OVERLAP_NS, endNs: to, batch: 1000, forward: true, limit: Number.POSITIVE_INFINITY})
        const request = {query, startNs: from, endNs: to, batch: 1000, forward: !first, limit: first ? lines : Number.POSITIVE_INFINITY}
        const nameOf = createNames()
        for await (const page of pages(client, request)) {
          if (page.kind === 'metric') throw new UsageError('only log queries can be followed')
          const entries = first ? [...page.entries].reverse() : page.entries
          const names = entries.map(nameOf)
          const fresh = first ? entries : entries.filter((_, i) => !shown.has(names[i]!))
          for (const [i, e] of entries.entries()) shown.set(names[i]!, e.tsNs)
          if (!(await write(io.out, fresh.map(print).join('')))) return EXIT_OK
        }
        first = false
        from = to - OVERLAP_NS > from ? to - OVERLAP_NS : from
        for (const [key, ns] of shown) if (ns < from) shown.delete(key)
      } catch (error) {
        if (io.signal.aborted) break
        // A server that restarts or is busy will be back; anything else will not get better.
        if (!(error instanceof RequestError) || (error.status !== undefined && error.status < 500 && error.status !== 429)) throw error
        if (!values.on('quiet')) io.err.write(`skald tail: ${error.message}; trying again\n`)
        await sleep(1000, undefined, {signal: io.signal}).catch(() => undefined)
      }
      await sleep(every, undefined, {signal: io.signal}).catch(() => undefined)
    }
    return EXIT_OK
  },
}
