/* skald labels, skald series: what is there. */
import {formatLabels, sortLabels} from '../model/index.ts'
import {readSeries, readStrings} from './answers.ts'
import type {Command} from './command.ts'
import {EXIT_OK, UsageError} from './command.ts'
import {Client, CLIENT_FLAGS, RANGE_FLAGS, rangeOf} from './client.ts'
import {systemClock} from './clock.ts'
import {write} from './output.ts'

const OUTPUT = {
  type: 'string',
  short: 'o',
  fallback: 'default',
  choices: ['default', 'jsonl'],
  help: 'One a line, as text or JSON.',
} as const

export const labelsCommand: Command = {
  name: 'labels',
  summary: 'list label names, or the values of one label',
  usage: '[flags] [<label>]',
  examples: ['skald labels', 'skald labels app --since 24h'],
  flags: {
    ...CLIENT_FLAGS,
    ...RANGE_FLAGS,
    match: {type: 'string', value: '<selector>', help: 'Only of streams this selector matches.'},
    output: OUTPUT,
  },
  run: async (values, positionals, io) => {
    const [name, ...rest] = positionals
    if (rest.length > 0) throw new UsageError('give one label at most')
    const {startNs, endNs} = rangeOf(values, systemClock.nowNs())
    const path = name === undefined ? '/loki/api/v1/labels' : `/loki/api/v1/label/${encodeURIComponent(name)}/values`
    const body = await new Client(values, io.signal).get(path, {
      start: String(startNs),
      end: String(endNs),
      query: values.optional('match'),
    })
    const json = values.text('output') === 'jsonl'
    await write(
      io.out,
      readStrings(body)
        .map(text => `${json ? JSON.stringify(text) : text}\n`)
        .join(''),
    )
    return EXIT_OK
  },
}

export const seriesCommand: Command = {
  name: 'series',
  summary: 'list the streams that match selectors',
  usage: '[flags] [<selector>…]',
  examples: [`skald series '{app="api"}' --since 24h`],
  flags: {
    ...CLIENT_FLAGS,
    ...RANGE_FLAGS,
    'analyze-labels': {type: 'boolean', help: 'Print how many values each label has instead.'},
    output: OUTPUT,
  },
  run: async (values, positionals, io) => {
    const {startNs, endNs} = rangeOf(values, systemClock.nowNs())
    const body = await new Client(values, io.signal).get('/loki/api/v1/series', {
      start: String(startNs),
      end: String(endNs),
      match: positionals,
    })
    const series = readSeries(body)
    if (values.on('analyze-labels')) {
      const valuesOf = new Map<string, Set<string>>()
      for (const one of series) {
        for (const [name, value] of Object.entries(one)) valuesOf.set(name, (valuesOf.get(name) ?? new Set()).add(value))
      }
      const rows = [...valuesOf].sort(([, a], [, b]) => b.size - a.size)
      const width = Math.max(5, ...rows.map(([name]) => name.length))
      const table = [['label', 'values'] as const, ...rows.map(([name, set]) => [name, String(set.size)] as const)]
      await write(io.out, `${series.length} streams\n${table.map(([a, b]) => `${a.padEnd(width)}  ${b.padStart(8)}\n`).join('')}`)
      return EXIT_OK
    }
    const json = values.text('output') === 'jsonl'
    const texts = series.map(one =>
      json ? JSON.stringify(one) : formatLabels(sortLabels(Object.entries(one).map(([name, value]) => ({name, value})))),
    )
    await write(
      io.out,
      texts
        .sort()
        .map(t => `${t}\n`)
        .join(''),
    )
    return EXIT_OK
  },
}
