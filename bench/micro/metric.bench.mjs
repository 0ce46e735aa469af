/*
 * How fast range aggregations take samples and make results, in one thread.
 *
 *   node bench/micro/metric.bench.mjs [--smoke]       after npm run build
 */
import {createLeaf, mergePartials} from '../../dist/query/metric/index.js'

const SECOND = 1_000_000_000n
const DAY = 86_400n * SECOND
const START = 20_000n * DAY
const CHUNK_ROWS = 8192

/** Chunks of one stream each: `perSecond` lines a second and stream, over `hours`. */
function makeChunks({streams, perSecond, hours}) {
  const chunks = []
  const rowsPerStream = perSecond * hours * 3600
  for (let stream = 0; stream < streams; stream++) {
    for (let from = 0; from < rowsPerStream; from += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, rowsPerStream - from)
      const ns = new Float64Array(rows)
      const values = new Float64Array(rows)
      for (let i = 0; i < rows; i++) {
        ns[i] = Math.floor(((from + i) * 1e9) / perSecond) + ((i * 7919) % 1000)
        values[i] = (i * 31) % 4096
      }
      chunks.push({stream, ns, values})
    }
  }
  return chunks
}

const identity = Uint32Array.from({length: CHUNK_ROWS}, (_, i) => i)

function run(spec, chunks, useChunkTable) {
  const leaf = createLeaf(spec)
  const groups = new Map()
  for (const {stream, ns, values} of chunks) {
    let group = groups.get(stream)
    if (group === undefined) groups.set(stream, (group = leaf.group([{name: 'stream', value: `${stream}`}])))
    if (useChunkTable && leaf.addChunk(group, 20_000, ns[0], ns.at(-1), ns.length, 0)) continue
    leaf.add(group, 20_000, ns, values, identity, ns.length)
  }
  const added = process.hrtime.bigint()
  const bytes = leaf.bytes
  const matrix = mergePartials(spec, [leaf.partial()])
  return {added, done: process.hrtime.bigint(), bytes, series: matrix.series.length}
}

function measure(name, spec, chunks, rounds, useChunkTable = false) {
  const samples = chunks.reduce((sum, {ns}) => sum + ns.length, 0)
  let add = Infinity
  let finish = Infinity
  let last
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint()
    last = run(spec, chunks, useChunkTable)
    add = Math.min(add, Number(last.added - start))
    finish = Math.min(finish, Number(last.done - last.added))
  }
  const rate = ((samples / add) * 1000).toFixed(0).padStart(6)
  console.log(
    `${name.padEnd(52)} ${rate} M samples/s   finish ${(finish / 1e6).toFixed(2).padStart(8)} ms   ${(last.bytes / 1024).toFixed(0).padStart(7)} KiB   ${last.series} series`,
  )
}

function spec(op, rangeSeconds, stepSeconds, hours) {
  const count = Math.floor((hours * 3600) / stepSeconds) + 1
  const grid = {startNs: START, stepNs: BigInt(stepSeconds) * SECOND, count}
  const unwrapped = !['count_over_time', 'rate', 'bytes_over_time'].includes(op)
  return {op, ...(op === 'quantile_over_time' ? {param: 0.95} : {}), unwrapped, rangeNs: BigInt(rangeSeconds) * SECOND, offsetNs: 0n, grid}
}

export function main(smoke) {
  const hours = smoke ? 1 : 6
  const rounds = smoke ? 2 : 7
  const dense = makeChunks({streams: 4, perSecond: smoke ? 20 : 100, hours})
  const sparse = makeChunks({streams: 200, perSecond: 1, hours})
  measure('count [1m] step 1m, 100 lines/s', spec('count_over_time', 60, 60, hours), dense, rounds)
  measure('count [1h] step 1m', spec('count_over_time', 3600, 60, hours), dense, rounds)
  measure('count [1h] step 1m, by chunk table where possible', spec('count_over_time', 3600, 60, hours), dense, rounds, true)
  measure('count [1h] step 2s (10,800 steps)', spec('count_over_time', 3600, 2, hours), dense, rounds)
  measure('count [1h] step 7s (edges do not meet)', spec('count_over_time', 3600, 7, hours), dense, rounds)
  measure('count [6h] instant', spec('count_over_time', 21_600, 1e6, hours), dense, rounds)
  measure('count [1h] step 1m, 200 streams, 1 line/s', spec('count_over_time', 3600, 60, hours), sparse, rounds)
  measure('count [1h] step 2s, 200 streams, 1 line/s', spec('count_over_time', 3600, 2, hours), sparse, rounds)
  measure('bytes [1h] step 1m', spec('bytes_over_time', 3600, 60, hours), dense, rounds)
  for (const op of ['sum', 'avg', 'min', 'last', 'stddev'])
    measure(`${op} [1h] step 1m`, spec(`${op}_over_time`, 3600, 60, hours), dense, rounds)
  const few = Math.min(rounds, 3)
  measure('quantile [1h] step 1m', spec('quantile_over_time', 3600, 60, hours), dense, few)
  measure(
    'quantile [6h] instant',
    {...spec('quantile_over_time', 21_600, 1, 0), grid: {startNs: START + DAY / 4n, stepNs: SECOND, count: 1}},
    dense,
    few,
  )
  measure('rate_counter [1h] step 1m', spec('rate_counter', 3600, 60, hours), dense, few)
}

main(process.argv.includes('--smoke'))
