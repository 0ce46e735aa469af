/*
 * Parts: bytes per row and column, and MB of raw push per second of encoding and decoding.
 *
 *   node bench/micro/part.bench.mjs [--mb 50] [--keep 250] [--level 3] [--codec lz4|zstd] [--smoke]       after npm run build
 *
 * --mb    raw push bytes to generate over a day, for 250 streams
 * --keep  how many of the streams are used: `--mb 1000 --keep 12` has the long chunks of a merged part, `--mb 50` the short ones of a flush
 */
import {createKernel} from '../../dist/kernel/index.js'
import {Dictionary} from '../../dist/store/dictionary.js'
import {loadZstd, openPart, partSizes, PartWriter} from '../../dist/store/part/index.js'
import {PackedMetaColumn} from '../../dist/store/rows.js'
import {createGenerator, START_NS} from '../generator.mjs'

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : process.argv[at + 1]
}
const smoke = process.argv.includes('--smoke')
const megabytes = smoke ? 2 : Number(option('mb', 50))
const keep = Number(option('keep', 250))
const zstdLevel = Number(option('level', 3))
const DAY_NS = 86_400_000_000_000n
const DAY = Number(START_NS / DAY_NS)
const decoder = new TextDecoder()

/** One stream being collected: growing arrays, a dictionary per metadata name. */
function collector(labels) {
  return {labels, ns: [], lines: [], bytes: 0, meta: new Map()}
}

function collect() {
  const kernel = createKernel()
  const generator = createGenerator(7)
  const perPush = 1_400_000
  const count = Math.max(1, Math.round((megabytes * 1e6) / perPush))
  const streams = new Map()
  let rawBytes = 0
  const start = BigInt(DAY) * DAY_NS
  for (let i = 0n; i < BigInt(count); i++) {
    const {raw} = generator.push(start + (DAY_NS * i) / BigInt(count), start + (DAY_NS * (i + 1n)) / BigInt(count))
    const push = kernel.parsePush(raw)
    for (let s = 0; s < push.streamCount; s++) {
      const text = decoder.decode(raw.subarray(push.streams.labelOff[s], push.streams.labelOff[s] + push.streams.labelLen[s]))
      const instance = Number(/instance="(\d+)"/.exec(text)[1])
      if (instance >= keep) continue
      let stream = streams.get(text)
      if (stream === undefined)
        streams.set(text, (stream = collector([...text.matchAll(/(\w+)="([^"]*)"/g)].map(m => ({name: m[1], value: m[2]})))))
      for (let row = push.streams.firstRow[s]; row < push.streams.endRow[s]; row++) {
        rawBytes += add(stream, raw, push, row)
      }
    }
  }
  return {rawBytes, streams: [...streams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stream]) => finish(stream))}
}

function add(stream, raw, push, row) {
  const index = stream.ns.length
  stream.ns.push(Number(push.tsNs[row] % DAY_NS))
  stream.lines.push(raw.slice(push.lineOff[row], push.lineOff[row] + push.lineLen[row]))
  for (let p = push.metaOff[row], end = p + push.metaLen[row]; p < end;) {
    // field 3, length, field 1: name, field 2: value; all shorter than 128 bytes here
    const nameLength = raw[p + 3]
    const name = decoder.decode(raw.subarray(p + 4, p + 4 + nameLength))
    const value = p + 4 + nameLength + 2
    const valueLength = raw[value - 1]
    let column = stream.meta.get(name)
    if (column === undefined) stream.meta.set(name, (column = {dictionary: new Dictionary(), codes: []}))
    while (column.codes.length < index) column.codes.push(0)
    column.codes.push(column.dictionary.add(raw, value, value + valueLength) + 1)
    p += 2 + raw[p + 1]
  }
  return push.lineLen[row] + push.metaLen[row] + 18
}

function finish({labels, ns, lines, meta}) {
  const lineOffsets = new Uint32Array(lines.length + 1)
  lines.forEach((line, i) => (lineOffsets[i + 1] = lineOffsets[i] + line.length))
  const columns = [...meta].map(([name, {dictionary, codes}]) => {
    while (codes.length < ns.length) codes.push(0)
    const {offsets, bytes} = dictionary.values()
    return new PackedMetaColumn(name, Uint32Array.from(codes), offsets, bytes)
  })
  return {
    labels,
    rows: {count: ns.length, ns: Float64Array.from(ns), lineOffsets, lines: new Uint8Array(Buffer.concat(lines)), meta: columns},
  }
}

const zstd = await loadZstd()

function encode(streams, codec) {
  const writer = new PartWriter({
    kernel: createKernel(),
    zstd: codec === 'zstd' ? zstd : undefined,
    zstdLevel,
    tenant: 'bench',
    day: DAY,
    key: 'bench',
    id: 'bench',
    level: 0,
    createdNs: 0n,
  })
  const pieces = []
  for (const {labels, rows} of streams) {
    writer.add(labels, rows)
    pieces.push(...writer.drain())
  }
  const meta = writer.finish()
  pieces.push(...writer.drain())
  return {meta, bytes: Buffer.concat(pieces)}
}

function best(act) {
  const times = []
  const until = performance.now() + (smoke ? 0 : 2500)
  let result
  do {
    const start = performance.now()
    result = act()
    times.push(performance.now() - start)
  } while (performance.now() < until && times.length < 9)
  times.sort((a, b) => a - b)
  return {result, best: times[0], median: times[times.length >> 1]}
}

const {streams, rawBytes} = collect()
const rows = streams.reduce((sum, s) => sum + s.rows.count, 0)
console.log(`${streams.length} streams, ${rows} rows, ${(rawBytes / 1e6).toFixed(1)} MB raw, ${(rawBytes / rows).toFixed(0)} bytes a row`)
const speed = ({best: b, median}) => `${(rawBytes / b / 1000).toFixed(0)} (${(rawBytes / median / 1000).toFixed(0)}) MB/s`

for (const codec of option('codec', undefined) === undefined ? ['lz4', 'zstd'] : [option('codec')]) {
  const encoded = best(() => encode(streams, codec))
  const {bytes, meta} = encoded.result
  const objects = {
    getRange: (_key, offset, length) => {
      const from = offset < 0 ? Math.max(0, bytes.length + offset) : offset
      return bytes.subarray(from, from + length)
    },
  }
  console.log(
    `\n${codec}: ${bytes.length} bytes, ${(bytes.length / rows).toFixed(2)} a row, ${((bytes.length / rawBytes) * 1000).toFixed(1)} MB per GB raw, encode ${speed(encoded)}`,
  )
  // Only the last few blocks: what neighbouring chunks share is not decoded twice, everything else is.
  const recent = new Map()
  const cache = {
    get: key => recent.get(key),
    set: (key, block) => {
      recent.set(key, block)
      if (recent.size > 8) recent.delete(recent.keys().next().value)
    },
  }
  const part = openPart({objects, key: 'bench', kernel: createKernel(), cache})
  const every = part.select([])
  const stats = {chunksOpened: 0, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 0}
  const over = use => () => {
    for (const stream of every) for (const handle of part.chunks(stream, 0)) use(handle.open(stats))
  }
  console.log(`  decode timestamps ${speed(best(over(chunk => chunk.timestamps())))}`)
  console.log(
    `  decode metadata   ${speed(best(over(chunk => chunk.metaNames().forEach(name => [chunk.meta(name).codes, chunk.meta(name).valueBytes(0)]))))}`,
  )
  console.log(
    `  decode lines      ${speed(
      best(
        over(chunk => {
          for (let b = 0; b + 1 < chunk.lineBlockBounds().length; b++) chunk.loadLineBlock(b)
        }),
      ),
    )}`,
  )
  if (meta.rows !== rows) throw new Error('rows were lost')
  for (const {name, raw, stored} of await partSizes(part)) {
    console.log(
      `  ${name.padEnd(34)} ${String(stored).padStart(10)} of ${String(raw).padStart(10)}  ${(stored / rows).toFixed(3).padStart(8)} a row`,
    )
  }
}
