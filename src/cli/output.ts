/*
 * How entries are printed: `default` (time, labels, line), `raw` (the line), `jsonl` (one object a line).
 * Colours only on a terminal, never in a pipe, and never with NO_COLOR set.
 */
import {formatLabels, sortLabels} from '../model/index.ts'
import type {LogEntry} from './answers.ts'
import type {Flags, Io, Values} from './command.ts'
import {formatInstant} from './times.ts'

export const OUTPUT_FLAGS = {
  output: {type: 'string', short: 'o', fallback: 'default', choices: ['default', 'raw', 'jsonl'], help: 'How entries are printed.'},
  timezone: {type: 'string', short: 'z', fallback: 'Local', choices: ['Local', 'UTC'], help: 'Zone of printed times.'},
  'no-labels': {type: 'boolean', help: 'Do not print labels.'},
  'include-label': {type: 'string', multiple: true, value: '<name>', help: 'Print only these labels.'},
  'exclude-label': {type: 'string', multiple: true, value: '<name>', help: 'Do not print these labels.'},
  color: {type: 'string', fallback: 'auto', choices: ['auto', 'always', 'never'], help: 'Colour labels and levels.'},
  quiet: {type: 'boolean', short: 'q', help: 'Print no progress, hints or statistics.'},
} as const satisfies Flags

const RESET = '\x1b[0m'
const DIM = '\x1b[2m'
/** Readable on dark and light backgrounds alike. */
const LABEL_COLORS = ['\x1b[36m', '\x1b[32m', '\x1b[35m', '\x1b[34m', '\x1b[33m', '\x1b[96m', '\x1b[92m', '\x1b[95m']
const LEVEL_COLORS: Record<string, string> = {
  trace: '\x1b[2m',
  debug: '\x1b[2m',
  info: '\x1b[32m',
  warn: '\x1b[33m',
  error: '\x1b[31m',
  critical: '\x1b[1;31m',
  fatal: '\x1b[1;31m',
}

export function useColor(values: Values, io: Io): boolean {
  const choice = values.text('color')
  if (choice !== 'auto') return choice === 'always'
  return io.out.isTTY === true && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb'
}

export type Printer = (entry: LogEntry) => string

/** A function from entry to printed text, with its line end. */
export function createPrinter(values: Values, io: Io): Printer {
  const format = values.text('output')
  const zone = values.text('timezone') === 'UTC' ? 'utc' : 'local'
  const include = new Set(values.list('include-label'))
  const exclude = new Set(values.list('exclude-label'))
  const color = useColor(values, io)
  const wanted = (name: string) => (include.size === 0 || include.has(name)) && !exclude.has(name)
  const pick = (labels: LogEntry['labels']) => Object.fromEntries(Object.entries(labels).filter(([name]) => wanted(name)))
  if (format === 'raw') return entry => `${entry.line}\n`
  if (format === 'jsonl') {
    return entry =>
      `${JSON.stringify({labels: values.on('no-labels') ? {} : pick(entry.labels), line: entry.line, timestamp: formatInstant(entry.tsNs, zone)})}\n`
  }
  return entry => {
    const time = formatInstant(entry.tsNs, zone)
    let labels = ''
    if (!values.on('no-labels')) {
      const text = formatLabels(sortLabels(Object.entries(pick(entry.labels)).map(([name, value]) => ({name, value}))))
      labels = ` ${color ? `${LABEL_COLORS[hash(text) % LABEL_COLORS.length]}${text}${RESET}` : text}`
    }
    const level = entry.labels['detected_level'] ?? entry.labels['level'] ?? ''
    const tint = color ? LEVEL_COLORS[level.toLowerCase()] : undefined
    return `${color ? `${DIM}${time}${RESET}` : time}${labels} ${tint === undefined ? entry.line : `${tint}${entry.line}${RESET}`}\n`
  }
}

function hash(text: string): number {
  let h = 2_166_136_261
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16_777_619)
  return h >>> 0
}

/** Writes and waits when the reader is slower; false when the reader is gone (`| head`). */
export async function write(stream: NodeJS.WritableStream, text: string): Promise<boolean> {
  if (!stream.writable) return false
  if (stream.write(text)) return true
  return await new Promise(resolve => {
    const done = (alive: boolean) => () => {
      stream.removeListener('drain', onDrain)
      stream.removeListener('close', onClose)
      resolve(alive)
    }
    const onDrain = done(true)
    const onClose = done(false)
    stream.once('drain', onDrain)
    stream.once('close', onClose)
  })
}

/** A line on standard error that replaces itself; silent in pipes and with --quiet. */
export function progressLine(io: Io, quiet: boolean): {show(text: string): void; clear(): void} {
  const active = !quiet && io.err.isTTY === true
  return {
    show: text => void (active && io.err.write(`\r\x1b[K${text}`)),
    clear: () => void (active && io.err.write('\r\x1b[K')),
  }
}
