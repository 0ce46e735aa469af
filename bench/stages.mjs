/*
 * What each stage and function costs: MB of lines per CPU-second of the whole server, with the lines in its memory, and for
 * some rows with nothing in memory (files in the page cache, everything read and decompressed).
 *
 * MB are those of all lines that the query's selector covers, whether they had to be looked at or not.
 */
import {SPAN_NS, START_NS} from './generator.mjs'
import {EVERYTHING, STAGES} from './stage-queries.mjs'

const END_NS = START_NS + SPAN_NS
const IDLE_RUNS = 5

/** @param only a part of a row's name. */
export async function measureStages(server, repeats, {coldOnly = false, only = ''} = {}) {
  const covered = new Map()
  const idle = await idleSeconds(server)
  const sections = []
  // What a start costs (opening parts, compiling code) belongs to no stage.
  if (!coldOnly) for (let i = 0; i < 2; i++) await ask(server, {query: `sum(count_over_time(${EVERYTHING} |= "warm" | pod!="" [1h]))`})
  for (const {title, rows} of STAGES) {
    const measured = []
    for (const row of rows) {
      if ((coldOnly && !row.cold) || !row.name.includes(only)) continue
      if (!covered.has(row.lines)) covered.set(row.lines, await lineBytes(server, row.lines))
      measured.push(await measure(server, row, repeats, covered.get(row.lines), idle))
    }
    if (measured.length > 0) sections.push({title, rows: measured})
  }
  return sections
}

async function measure(server, row, repeats, bytes, idle) {
  const runs = []
  let results = 0
  for (let i = 0; i <= repeats; i++) {
    const before = await cpuSeconds(server)
    const began = performance.now()
    results = await ask(server, row)
    const ms = performance.now() - began
    runs.push({ms, cpu: Math.max(1e-4, (await cpuSeconds(server)) - before - idle)})
  }
  const warm = runs.slice(1)
  const median = key => warm.map(r => r[key]).sort((a, b) => a - b)[Math.floor(warm.length / 2)]
  const cpu = median('cpu')
  const {name, query, goal} = row
  return {name, query, lineMB: bytes / 1e6, ms: median('ms'), cpuSeconds: cpu, mbPerCpuSecond: bytes / 1e6 / cpu, goal, results}
}

/** How many series or entries there are. */
async function ask(server, {query, limit}) {
  const params = {query, start: String(START_NS), end: String(END_NS), step: query.includes('[1h]') ? '3600' : '300'}
  if (limit !== undefined) params.limit = String(limit)
  const response = await fetch(`${server.url}/loki/api/v1/query_range?${new URLSearchParams(params)}`)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${query}: ${response.status} ${text.slice(0, 300)}`)
  const {result, resultType} = JSON.parse(text).data
  return resultType === 'streams' ? result.reduce((n, stream) => n + stream.values.length, 0) : result.length
}

async function lineBytes(server, selector) {
  const query = `sum(bytes_over_time(${selector}[24h]))`
  const response = await fetch(`${server.url}/loki/api/v1/query?${new URLSearchParams({query, time: String(END_NS)})}`)
  return Number((await response.json()).data.result[0]?.value[1] ?? 0)
}

const cpuSeconds = async server => (await server.metrics()).get('process_cpu_seconds_total') ?? 0

/** What asking for the metrics costs itself. */
async function idleSeconds(server) {
  const deltas = []
  let last = await cpuSeconds(server)
  for (let i = 0; i < IDLE_RUNS; i++) {
    const now = await cpuSeconds(server)
    deltas.push(now - last)
    last = now
  }
  return deltas.sort((a, b) => a - b)[Math.floor(IDLE_RUNS / 2)]
}

export function reportStages(title, sections) {
  const n = (value, digits = 0) => value.toLocaleString('en', {maximumFractionDigits: digits, minimumFractionDigits: digits})
  console.log(`\n${title}`)
  for (const {title: section, rows} of sections) {
    console.log(
      `  ${section.padEnd(34)} ${'MB lines'.padStart(8)} ${'ms'.padStart(8)} ${'CPU-s'.padStart(7)} ${'MB/CPU-s'.padStart(9)} ${'goal'.padStart(6)} ${'results'.padStart(7)}`,
    )
    for (const r of rows) {
      console.log(
        `    ${r.name.padEnd(32)} ${n(r.lineMB).padStart(8)} ${n(r.ms, 1).padStart(8)} ${n(r.cpuSeconds, 3).padStart(7)} ${n(r.mbPerCpuSecond).padStart(9)} ${(r.goal === undefined ? '' : n(r.goal)).padStart(6)} ${n(r.results).padStart(7)}`,
      )
    }
  }
}
