/* The queries that are measured: what a dashboard, a search and a counting panel ask, over the whole 24 hours unless said otherwise. */
import {SPAN_NS, START_NS} from './generator.mjs'

const END_NS = START_NS + SPAN_NS
const all = {start: String(START_NS), end: String(END_NS)}
const range = (name, query, extra = {}) => ({name, path: '/loki/api/v1/query_range', params: {query, ...all, ...extra}})

export const QUERIES = [
  range('count of everything, 1h windows', 'sum(count_over_time({env=~".+"}[1h]))', {step: '3600'}),
  range('count by kind, 5m windows', 'sum by (kind) (count_over_time({env="prod"}[5m]))', {step: '300'}),
  range('bytes rate by namespace, 1h windows', 'sum by (namespace) (bytes_rate({env=~".+"}[1h]))', {step: '600'}),
  range('log volume by detected_level', 'sum by (detected_level) (count_over_time({env="prod"}[10m]))', {step: '600'}),
  range('newest 5,000 lines of everything', '{env=~".+"}', {limit: '5000'}),
  range('oldest 100 lines of one stream', '{instance="17"}', {limit: '100', direction: 'forward'}),
  range('rare word in everything', '{env=~".+"} |= "no such text anywhere"', {limit: '100'}),
  range('common word, newest 100', '{env=~".+"} |= "timeout"', {limit: '100'}),
  range('count of a word', 'sum(count_over_time({env=~".+"} |= "timeout" [1h]))', {step: '3600'}),
  range('count of a regex', 'sum(count_over_time({env=~".+"} |~ "status=5\\\\d\\\\d" [1h]))', {step: '3600'}),
  range('metadata filter', 'sum(count_over_time({env=~".+"} | http_status="503" [1h]))', {step: '3600'}),
  range('one trace id that is not there', '{env=~".+"} | trace_id="00000000000000000000000000000000"', {limit: '100'}),
]

/** Runs each query `repeats` times; medians. The first run, with cold caches, is reported apart. */
export async function measureQueries(server, queries, repeats) {
  const rows = []
  for (const query of queries) {
    const runs = []
    for (let i = 0; i < repeats; i++) {
      const before = await server.metrics()
      const began = performance.now()
      const response = await fetch(`${server.url}${query.path}?${new URLSearchParams(query.params)}`)
      const text = await response.text()
      const ms = performance.now() - began
      if (response.status !== 200) throw new Error(`${query.name}: ${response.status} ${text.slice(0, 300)}`)
      const after = await server.metrics()
      const delta = name => (after.get(name) ?? 0) - (before.get(name) ?? 0)
      const {data} = JSON.parse(text)
      runs.push({
        ms,
        cpuSeconds: delta('process_cpu_seconds_total'),
        bytesRead: delta('skald_query_read_bytes_total'),
        lineBytes: data.stats?.summary?.totalBytesProcessed ?? 0,
        results: data.result.reduce((n, r) => n + (r.values?.length ?? 1), 0),
      })
    }
    const [first, ...rest] = runs
    const warm = rest.length > 0 ? rest : runs
    const median = key => warm.map(r => r[key]).sort((a, b) => a - b)[Math.floor(warm.length / 2)]
    rows.push({
      name: query.name,
      firstMs: first.ms,
      ms: median('ms'),
      cpuSeconds: median('cpuSeconds'),
      firstBytesRead: first.bytesRead,
      lineBytes: median('lineBytes'),
      results: first.results,
    })
  }
  return rows
}
