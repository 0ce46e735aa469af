/*
 * Speed of ingest into a database that keeps nothing, MB of uncompressed protobuf (JSON: of text) per CPU-second: median (best).
 *
 *   node bench/micro/ingest.bench.mjs [filter] [--smoke]       after npm run build
 *
 * `clean` is stored as received; the other protobuf pushes need a change in every row, or in one.
 */
import snappy from 'snappy'
import {fixedLimits} from '../../dist/config/index.js'
import {createIngest} from '../../dist/ingest/index.js'
import {createKernel} from '../../dist/kernel/index.js'
import {pushes} from '../generator.mjs'

const smoke = process.argv.includes('--smoke')
const filter = process.argv.slice(2).find(argument => !argument.startsWith('--'))

const clock = {nowNs: () => 1_768_543_200_000_000_000n, monotonicMs: () => performance.now()}
const kernel = createKernel()
const bodies = [...pushes(1, smoke ? 2_000_000 : 20_000_000)].map(push => push.body)
const raws = bodies.map(body => snappy.uncompressSync(body))
const rawBytes = raws.reduce((sum, raw) => sum + raw.length, 0)

/** Same length, so that the bytes around stay as they are. */
const replaced = (from, to, all) => raws.map(raw => snappy.compressSync(replaceBytes(Buffer.from(raw), from, to, all)))
function replaceBytes(raw, from, to, all) {
  for (let at = raw.indexOf(from); at >= 0; at = all ? raw.indexOf(from, at + 1) : -1) raw.write(to, at, 'latin1')
  return raw
}

function json() {
  return raws.map(raw => {
    const parsed = kernel.parsePush(raw)
    const text = (off, length) => raw.toString('utf8', off, off + length)
    const streams = []
    for (let s = 0; s < parsed.streamCount; s++) {
      const values = []
      for (let row = parsed.streams.firstRow[s]; row < parsed.streams.endRow[s]; row++) {
        values.push([parsed.tsNs[row].toString(), text(parsed.lineOff[row], parsed.lineLen[row]), {trace_id: 'abc', pod: 'p-1'}])
      }
      streams.push({stream: {instance: String(s), app: 'bench'}, values})
    }
    return Buffer.from(JSON.stringify({streams}))
  })
}

async function measure(name, inputs, contentType, bytes, profile = 'skald') {
  if (filter !== undefined && !name.includes(filter)) return
  const database = {append: () => Promise.resolve()}
  let rewritten = 0
  const observer = {parsed: (_tenant, _kind, _bytes, slow) => (rewritten += slow ? 1 : 0)}
  const limits = fixedLimits(
    profile === 'loki' ? {'ingestion-rate-mb': '0', 'per-stream-rate-limit': '0', 'out-of-order-window': '48h'} : {},
    profile,
  )
  const ingest = createIngest({kernel, database, clock, limits, observer})
  const times = []
  const until = performance.now() + (smoke ? 50 : 3000)
  for (let i = 0; i < 3 || performance.now() < until; i++) {
    const start = process.cpuUsage()
    for (const body of inputs) {
      const answer = await ingest.push({tenant: 'fake', contentType, contentEncoding: undefined, body})
      if (answer.status !== 204) throw new Error(`${name}: ${answer.status} ${answer.message}`)
    }
    const spent = process.cpuUsage(start)
    times.push((spent.user + spent.system) / 1000)
  }
  times.sort((a, b) => a - b)
  const rate = ms => Math.round(bytes / ms / 1000)
  console.log(
    `${name.padEnd(44)} ${String(rate(times[times.length >> 1])).padStart(7)} (${rate(times[0])})${rewritten > 0 ? '  rewritten' : ''}`,
  )
}

const PROTOBUF = 'application/x-protobuf'
await measure('clean', bodies, PROTOBUF, rawBytes)
await measure('clean, limits of profile loki', bodies, PROTOBUF, rawBytes, 'loki')
await measure('one row to rewrite', replaced('trace_id', 'trace.id', false), PROTOBUF, rawBytes)
await measure('a third of the rows to rewrite', replaced('trace_id', 'trace.id', true), PROTOBUF, rawBytes)
await measure('every row to rewrite', replaced('container_id', 'container.id', true), PROTOBUF, rawBytes)
const texts = json()
await measure(
  'JSON',
  texts,
  'application/json',
  texts.reduce((sum, text) => sum + text.length, 0),
)
