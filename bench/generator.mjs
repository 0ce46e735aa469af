/*
 * The data of the benchmarks: seeded, so that every run and every machine sees the same bytes.
 *
 * 250 streams over 24 hours, five kinds of lines (JSON, logfmt, access, syslog, klog), five to twelve pairs of structured
 * metadata an entry, trace and span ids in a third of the entries. One push carries what an agent collects from all its
 * streams in a few seconds: some 3,000 entries, about 1.2 MB of protobuf.
 */
import {compressSync} from 'snappy'

export const START_NS = 1_768_456_800_000_000_000n // 2026-01-15T06:00:00Z, so that the data lies in two UTC days
export const SPAN_NS = 86_400_000_000_000n
const STREAMS = 250
const ENTRIES_PER_PUSH = 3_000
const BYTES_PER_ENTRY = 465 // of raw protobuf, on average; checked when the data is made

/** xorshift128+ on 32-bit halves would be overkill: mulberry32 is fast, seeded and random enough for text. */
function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const WORDS =
  'request handled user session cache miss hit timeout upstream database connection pool retry order payment invoice shipped queue worker job started finished failed token refresh index shard replica leader election snapshot compaction flush batch stream client server'.split(
    ' ',
  )
const PATHS =
  '/api/v1/users /api/v1/orders /api/v1/orders/{id} /api/v2/search /healthz /login /static/app.js /metrics /api/v1/cart /checkout'.split(
    ' ',
  )
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/132.0',
  'curl/8.9.1',
  'okhttp/4.12.0',
  'Go-http-client/2.0',
  'python-requests/2.32',
]
const LEVELS = ['info', 'info', 'info', 'info', 'info', 'info', 'debug', 'debug', 'warn', 'error']
const KINDS = ['json', 'logfmt', 'access', 'syslog', 'klog']
/** Lines that only some stages read: packed by an agent, and coloured. Apart, so that the main data stays what it was. */
export const RARE_KINDS = ['packed', 'ansi']
const REGIONS = ['eu-west-1', 'us-east-1', 'ap-south-1']
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

export function createGenerator(seed = 1, kinds = KINDS) {
  const random = randomFrom(seed)
  const int = n => Math.floor(random() * n)
  const pick = list => list[int(list.length)]
  const hex = digits => {
    let text = ''
    while (text.length < digits) text += int(0x1000000).toString(16).padStart(6, '0')
    return text.slice(0, digits)
  }
  const ip = () => `10.${int(8)}.${int(256)}.${int(256)}`

  const streams = Array.from({length: STREAMS}, (_, i) => {
    const kind = kinds[i % kinds.length]
    const app = `${pick(WORDS)}-${pick(['api', 'worker', 'web', 'sync'])}`
    return {
      kind,
      app,
      labels: `{app="${app}", cluster="c${i % 3}", env="${i % 10 < 7 ? 'prod' : 'dev'}", instance="${i}", kind="${kind}", namespace="ns${i % 20}"}`,
      pod: `${app}-${hex(10)}-${hex(5)}`,
      node: `node-${int(40)}.cluster.local`,
      container: hex(64),
      image: `registry.local/${app}:1.${int(30)}.${int(10)}`,
      hostIp: ip(),
      weight: 0.2 + random() * 2,
    }
  })
  const cumulative = []
  let sum = 0
  for (const s of streams) cumulative.push((sum += s.weight))
  const pickStream = () => {
    const at = random() * sum
    let lo = 0
    let hi = cumulative.length - 1
    while (lo < hi) {
      const mid = (lo + hi) >> 1
      if (cumulative[mid] < at) lo = mid + 1
      else hi = mid
    }
    return lo
  }

  function message() {
    let text = pick(WORDS)
    for (let n = 3 + int(8); n > 0; n--) text += ` ${pick(WORDS)}`
    return text
  }

  function line(stream, ms, level, status, duration) {
    switch (stream.kind) {
      case 'json':
        return `{"ts":"${new Date(ms).toISOString()}","level":"${level}","logger":"com.example.${stream.app}","msg":"${message()}","status":${status},"duration_ms":${duration},"user":{"id":${int(100_000)},"ip":"${ip()}"},"method":"${pick(['GET', 'POST'])}"}`
      case 'logfmt':
        return `ts=${new Date(ms).toISOString()} level=${level} caller=${pick(WORDS)}.go:${int(900)} msg="${message()}" status=${status} duration=${duration}ms bytes=${int(50_000)} user=u${int(100_000)}`
      case 'access':
        return `${ip()} - - [${new Date(ms).toUTCString()}] "${pick(['GET', 'GET', 'POST', 'PUT'])} ${pick(PATHS).replace('{id}', String(int(1e6)))} HTTP/1.1" ${status} ${int(50_000)} "-" "${pick(AGENTS)}" ${duration / 1000}`
      case 'syslog': {
        const d = new Date(ms)
        return `${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2)} ${d.toISOString().slice(11, 19)} ${stream.node} ${stream.app}[${int(32_768)}]: ${level}: ${message()}`
      }
      case 'packed':
        return JSON.stringify({
          _entry: `level=${level} caller=${pick(WORDS)}.go:${int(900)} msg="${message()}" status=${status} duration=${duration}ms`,
          stream: pick(['stdout', 'stderr']),
          process: String(1 + int(5)),
        })
      case 'ansi':
        return `\x1b[90m${new Date(ms).toISOString()}\x1b[0m \x1b[${level === 'error' ? 31 : 32}m${level.toUpperCase()}\x1b[0m ${message()} \x1b[1mstatus\x1b[0m=${status}`
      default:
        return `${level[0].toUpperCase()}${new Date(ms).toISOString().slice(5, 23)}    ${1 + int(30)} ${pick(WORDS)}.go:${int(900)}] ${message()} node="${stream.node}" err=${level === 'error' ? `"${message()}"` : 'null'}`
    }
  }

  function metadata(stream, level, status) {
    const pairs = [
      ['pod', stream.pod],
      ['node', stream.node],
      ['container_id', stream.container],
      ['region', REGIONS[stream.pod.length % 3]],
      ['version', stream.image],
    ]
    if (random() < 1 / 3) pairs.push(['trace_id', hex(32)], ['span_id', hex(16)])
    if (random() < 0.5) pairs.push(['host_ip', stream.hostIp], ['severity', level])
    if (random() < 0.3) pairs.push(['user_id', `u${int(100_000)}`])
    if (random() < 0.3) pairs.push(['http_status', String(status)], ['http_route', pick(PATHS)])
    return pairs
  }

  /** One push of `entries` entries between two instants; returns {raw, entries}: raw is protobuf, not yet compressed. */
  function push(fromNs, toNs, entries = ENTRIES_PER_PUSH) {
    const perStream = new Map()
    const span = Number(toNs - fromNs)
    const times = Float64Array.from({length: entries}, () => Math.floor(random() * span)).sort()
    for (const offset of times) {
      const index = pickStream()
      const stream = streams[index]
      const ns = fromNs + BigInt(offset)
      const ms = Number(ns / 1_000_000n)
      const level = pick(LEVELS)
      const status = level === 'error' ? 500 + int(4) : pick([200, 200, 200, 201, 204, 304, 404])
      const duration = Math.round(Math.exp(random() * 7))
      let list = perStream.get(index)
      if (list === undefined) perStream.set(index, (list = []))
      list.push(entryBytes(ns, line(stream, ms, level, status, duration), metadata(stream, level, status)))
    }
    const messages = []
    for (const [index, list] of perStream) {
      messages.push(field(1, Buffer.concat([field(1, Buffer.from(streams[index].labels)), ...list.map(e => field(2, e))])))
    }
    return {raw: Buffer.concat(messages), entries}
  }

  return {push}
}

// Just enough protobuf: PushRequest{1 streams}, Stream{1 labels, 2 entries}, Entry{1 timestamp{1 s, 2 ns}, 2 line, 3 pairs{1 name, 2 value}}.
function varint(value) {
  const bytes = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}

function field(number, payload) {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(payload.length), payload])
}

const scratch = Buffer.allocUnsafe(64 * 1024)

function putVarint(at, value) {
  let p = at
  let rest = value
  while (rest >= 128) {
    scratch[p++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  scratch[p++] = rest
  return p
}

function putText(at, tag, text) {
  scratch[at] = tag
  const p = putVarint(at + 1, text.length) // all text here is ASCII
  return p + scratch.latin1Write(text, p)
}

function entryBytes(ns, line, pairs) {
  const timeEnd = putVarint(3, Number(ns / 1_000_000_000n))
  scratch[0] = 0x0a
  scratch[2] = 0x08
  scratch[timeEnd] = 0x10
  let p = putVarint(timeEnd + 1, Number(ns % 1_000_000_000n))
  scratch[1] = p - 2
  p = putText(p, 0x12, line)
  for (const [name, value] of pairs) {
    scratch[p] = 0x1a
    scratch[p + 1] = name.length + value.length + 4
    p = putText(p + 2, 0x0a, name)
    p = putText(p, 0x12, value)
  }
  return Buffer.from(scratch.subarray(0, p))
}

/** Yields compressed pushes of together about `rawBytes` of protobuf, in time order over the whole span. */
export function* pushes(seed, rawBytes, kinds = KINDS) {
  const generator = createGenerator(seed, kinds)
  const count = Math.max(1, Math.round(rawBytes / (ENTRIES_PER_PUSH * BYTES_PER_ENTRY)))
  const slice = SPAN_NS / BigInt(count)
  for (let i = 0; i < count; i++) {
    const from = START_NS + slice * BigInt(i)
    const {raw, entries} = generator.push(from, from + slice)
    yield {body: compressSync(raw), rawBytes: raw.length, entries}
  }
}
