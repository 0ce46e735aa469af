/* The server's own log: pino, as JSON, or as text on a terminal. Always on standard error; output belongs to the commands. */
import {Writable} from 'node:stream'
import pino, {type Logger} from 'pino'
import type {Config} from '../config/index.ts'
import type {Io} from './command.ts'

export type {Logger}

export function createLogger(config: Config['log'], io: Io): Logger {
  const asText = config.format === 'text' || (config.format === 'auto' && io.err.isTTY === true)
  const options = {
    level: config.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {level: (label: string) => ({level: label})},
  }
  return pino(options, asText ? textStream(io) : io.err)
}

type Line = {level: string; time: string; msg?: string} & Record<string, unknown>

function textStream(io: Io): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      const {level, time, msg, ...rest} = JSON.parse(chunk) as Line
      const fields = Object.entries(rest).map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      io.err.write(`${time.slice(11, 23)} ${level.padEnd(5)} ${msg ?? ''}${fields.join('')}\n`, done)
    },
  })
}
