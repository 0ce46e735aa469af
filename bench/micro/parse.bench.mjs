/*
 * How fast parser stages read lines, in one thread: MB/s of lines, and millions of lines a second.
 *
 *   node bench/micro/parse.bench.mjs [--smoke] [name]      after npm run build
 */
import {createKernel} from '../../dist/kernel/index.js'
import {Batch} from '../../dist/query/batch.js'
import {parse} from '../../dist/query/logql/index.js'
import {planParser} from '../../dist/query/stage/parse/plan.js'

const WORDS = 'request handled user session cache miss hit timeout upstream database connection pool retry order payment invoice'.split(' ')
const BLOCK_BYTES = 256 << 10

let state = 1
function int(below) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
  return (state >>> 8) % below
}
const pick = list => list[int(list.length)]
const message = () => Array.from({length: 4 + int(8)}, () => pick(WORDS)).join(' ')
const time = () => `2026-01-15T${10 + int(10)}:${10 + int(50)}:${10 + int(50)}.${100 + int(900)}Z`
const address = () => `10.${int(8)}.${int(256)}.${int(256)}`

const LINES = {
  json: () =>
    `{"ts":"${time()}","level":"${pick(['info', 'warn', 'error'])}","logger":"com.example.order-api","msg":"${message()}","status":${200 + int(300)},` +
    `"duration_ms":${int(900)},"user":{"id":${int(100_000)},"ip":"${address()}"},"method":"${pick(['GET', 'POST'])}"}`,
  logfmt: () =>
    `ts=${time()} level=${pick(['info', 'warn', 'error'])} caller=${pick(WORDS)}.go:${int(900)} msg="${message()}" status=${200 + int(300)} ` +
    `duration=${int(900)}ms bytes=${int(50_000)} user=u${int(100_000)}`,
  access: () =>
    `${address()} - - [${time()}] "${pick(['GET', 'POST'])} /api/v1/orders/${int(1e6)} HTTP/1.1" ${200 + int(300)} ${int(50_000)} "-" "curl/8.9.1"`,
}

const CASES = [
  ['json', 'json', ['level'], 'early'],
  ['json', 'json', ['status'], 'middle'],
  ['json', 'json', ['method'], 'last'],
  ['json', 'json', ['user_id'], 'nested'],
  ['json', 'json', ['nope'], 'absent'],
  ['json', 'json', 'all'],
  ['json', 'json status, ip="user.ip"', 'all'],
  ['logfmt', 'logfmt', ['level'], 'early'],
  ['logfmt', 'logfmt', ['status'], 'middle'],
  ['logfmt', 'logfmt', ['user'], 'last'],
  ['logfmt', 'logfmt', ['nope'], 'absent'],
  ['logfmt', 'logfmt', 'all'],
  ['logfmt', 'logfmt status, user', 'all'],
  ['access', 'regexp "(?P<ip>\\\\S+) - - .* (?P<status>\\\\d{3}) "', ['status']],
  ['access', 'pattern "<ip> - - [<time>] \\"<method> <path> <_>\\" <status> <_>"', ['status']],
  ['access', 'pattern "<ip> - - [<time>] \\"<method> <path> <_>\\" <status> <_>"', 'all'],
]

/** A chunk of one line block: no more than a batch asks of it. */
function makeBlock(line) {
  const lines = []
  for (let bytes = 0; bytes < BLOCK_BYTES;) {
    lines.push(line())
    bytes += lines.at(-1).length
  }
  const offsets = new Uint32Array(lines.length + 1)
  lines.forEach((text, i) => (offsets[i + 1] = offsets[i] + text.length))
  const chunk = {
    day: 0,
    lineOffsets: () => offsets,
    metaNames: () => [],
    meta: () => undefined,
    timestamps: () => new Float64Array(lines.length),
  }
  return {chunk, rows: lines.length, buffer: new Uint8Array(Buffer.from(lines.join('')))}
}

const kernel = createKernel()
const smoke = process.argv.includes('--smoke')
const only = process.argv.slice(2).find(arg => !arg.startsWith('--'))
const blocks = Object.fromEntries(
  Object.entries(LINES).map(([kind, line]) => [kind, Array.from({length: smoke ? 1 : 16}, () => makeBlock(line))]),
)

for (const [kind, text, names, where = ''] of CASES) {
  if (only !== undefined && !text.startsWith(only)) continue
  const [stage] = parse(`{a="b"} | ${text}`).stages
  const after = names === 'all' ? 'all' : new Set(names)
  let best = Infinity
  let rows = 0
  let bytes = 0
  for (let round = 0; round < (smoke ? 1 : 12); round++) {
    const running = planParser(stage, kernel).create(after)
    rows = 0
    bytes = 0
    const began = process.hrtime.bigint()
    for (const block of blocks[kind]) {
      const selected = Uint32Array.from({length: block.rows}, (_, i) => i)
      const batch = new Batch([], block.chunk, 0, block.rows, block.buffer, selected, block.rows)
      running.apply(batch)
      rows += block.rows
      bytes += block.buffer.length
    }
    best = Math.min(best, Number(process.hrtime.bigint() - began))
  }
  const label = `${text.length > 40 ? `${text.slice(0, 37)}...` : text} → ${names === 'all' ? 'all' : `${names.join()} ${where}`}`
  console.log(
    `${label.padEnd(62)} ${((bytes / best) * 1000).toFixed(0).padStart(6)} MB/s ${((rows / best) * 1000).toFixed(2).padStart(7)} M lines/s`,
  )
}
