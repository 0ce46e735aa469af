/*
 * How fast regular expressions are told apart from lines, in one thread: every line is looked at by the automaton, no literal search first.
 *
 *   node bench/micro/regex.bench.mjs [--smoke]       after npm run build
 *
 * kernel: the table walked in WebAssembly; lazy: the automaton in TypeScript; find: positions of groups, on lines that match and on those that do not.
 */
import {createKernel} from '../../dist/kernel/index.js'
import {compileRegex} from '../../dist/regex/index.js'

const PATTERNS = [
  'error|fail|timeout',
  '\\d+ms',
  'status=5\\d\\d',
  '(?i)error|fail',
  '\\b\\d{1,3}(\\.\\d{1,3}){3}\\b',
  '.*level=error.*duration=.*',
  'level=error.*status=500',
  'GET /api/.*" 50[0-9]',
  '[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}',
  '\\w+Exception: .*deadlock',
  '^ts=2026.*level=(warn|error)',
  '(a+)+$',
  '(x+x+)+y',
  '(?P<ip>[\\d.]+) .*"(?P<method>[A-Z]+) (?P<path>[^ ]+) HTTP[^"]*" (?P<status>\\d+)',
]

const smoke = process.argv.includes('--smoke')
const bytesWanted = smoke ? 1 << 18 : 8 << 20
const repeats = smoke ? 1 : 7

let seed = 12345
function below(bound) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return Math.floor((seed / 2 ** 32) * bound)
}
const pick = values => values[below(values.length)]
const hex = digits => Array.from({length: digits}, () => '0123456789abcdef'[below(16)]).join('')
const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
const ip = () => `${below(256)}.${below(256)}.${below(256)}.${below(256)}`
const status = () => pick([200, 200, 200, 200, 204, 304, 404, 500, 503])

const KINDS = [
  () =>
    `${ip()} - - [22/Nov/2026:11:${below(60)}:${below(60)} +0000] "${pick(['GET', 'POST'])} /api/v1/orders/${below(1e6)} HTTP/1.1" ${status()} ${below(9e4)} "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"`,
  () =>
    `ts=2026-11-22T11:00:${below(60)}.${below(1000)}Z level=${pick(['info', 'info', 'info', 'warn', 'error'])} component=queue msg="batch done" trace_id=${hex(32)} status=${status()} duration=${below(900)}ms user=user${below(1e5)}`,
  () =>
    `{"time":"2026-11-22T11:00:00Z","level":"${pick(['info', 'debug', 'error'])}","msg":"request handled","request_id":"${uuid()}","path":"/cart/${below(1e4)}","latency_ms":${below(500)},"peer":"${ip()}"}`,
  () =>
    `2026-11-22 11:00:00,123 ${pick(['INFO', 'WARN', 'ERROR'])} [http-nio-8080-exec-${below(64)}] com.example.shop.OrderService - ${pick(['order placed', 'java.sql.SQLTransactionRollbackException: transaction rolled back', 'retry after timeout'])} id=${uuid()}`,
  () =>
    `I1122 11:00:00.${below(1e6)}       1 reconciler.go:${below(900)}] "Sync" pod="shop/cart-${hex(8)}-${hex(5)}" phase="${pick(['Running', 'Pending'])}" node=${ip()}`,
]

const lines = []
for (let size = 0; size < bytesWanted; size += lines.at(-1).length) lines.push(Buffer.from(pick(KINDS)()))
const bytes = Buffer.concat(lines)
const offsets = new Uint32Array(lines.length + 1)
lines.forEach((line, i) => (offsets[i + 1] = offsets[i] + line.length))

function best(run) {
  let fastest = Infinity
  for (let i = 0; i < repeats; i++) {
    const from = performance.now()
    run()
    fastest = Math.min(fastest, performance.now() - from)
  }
  return (bytes.length / 1e3 / fastest).toFixed(0).padStart(8)
}

const kernel = createKernel()
const out = new Uint32Array(lines.length)
console.log(`${lines.length} lines, ${(bytes.length / lines.length).toFixed(0)} B on average; MB/s, best of ${repeats}`)
console.log('  kernel    lazy    find  matches  states  build ms  pattern')
for (const pattern of PATTERNS) {
  const regex = compileRegex(pattern)
  const from = performance.now()
  const {table} = regex
  const buildMs = performance.now() - from
  let count = 0
  const walked = best(() => (count = kernel.dfaRows(bytes, offsets, table, undefined, out)))
  const lazy = best(() => lines.forEach((_, i) => regex.test(bytes, offsets[i], offsets[i + 1])))
  const found = regex.find === undefined ? '' : best(() => lines.forEach(line => regex.find(line)))
  const states = table.table.length / table.classCount
  console.log(walked, lazy, found, `${count}`.padStart(7), `${states}`.padStart(7), buildMs.toFixed(1).padStart(9), `${pattern}`)
}
const hostile = Buffer.from('a'.repeat(100_000))
for (const pattern of ['(a+)+$', '(a|aa)+$', '(x+x+)+y', '(.*)*b']) {
  const regex = compileRegex(pattern)
  const from = performance.now()
  regex.test(hostile)
  console.log(`${pattern} on 100 KB of a: ${(performance.now() - from).toFixed(1)} ms`)
}
