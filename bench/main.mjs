/*
 * npm run bench [-- --smoke] [--mb 1200] [--repeats 5] [--rounds 3] [--only queries|stages[=name]]: ingest over HTTP with every
 * group synced, bytes on disk, memory; a set of queries; and a query per stage and function. Medians over rounds and repeats;
 * the machine is noisy, compare ratios. Results also go to bench/out/results.json.
 */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {makeData, readData} from './data.mjs'
import {RARE_KINDS} from './generator.mjs'
import {load} from './load.mjs'
import {measureQueries, QUERIES} from './queries.mjs'
import {diskBytes, peakMemory, settle, startServer} from './server.mjs'
import {measureStages, reportStages} from './stages.mjs'

/** So much of the raw bytes more is pushed of lines that only some stages read. */
const RARE_SHARE = 0.05
// Enough for all lines, and for hardly any.
const WARM = ['--query.cache-size', '2GB']
const COLD = ['--query.cache-size', '1MB']

export async function main(args) {
  const {values} = parseArgs({
    args,
    options: {
      smoke: {type: 'boolean', default: false},
      mb: {type: 'string'},
      rounds: {type: 'string'},
      repeats: {type: 'string'},
      seed: {type: 'string', default: '1'},
      only: {type: 'string', default: ''},
    },
  })
  const [only, name = ''] = values.only.split('=')
  const rawBytes = Number(values.mb ?? (values.smoke ? 16 : 1200)) * 1e6
  const rounds = Number(values.rounds ?? (values.smoke || only !== '' ? 1 : 3))
  const repeats = Number(values.repeats ?? (values.smoke ? 2 : 5))
  const file = makeData(Number(values.seed), rawBytes)
  const rareFile = makeData(Number(values.seed), rawBytes * RARE_SHARE, RARE_KINDS)

  const ingest = []
  let queries = []
  const stages = {warm: [], cold: []}
  for (let round = 0; round < rounds; round++) {
    const dir = mkdtempSync(path.join(tmpdir(), 'skald-bench-'))
    const last = round === rounds - 1
    try {
      await withServer(dir, [], async server => {
        ingest.push(await measureIngest(server, dir, file))
        if (last && only !== 'stages') queries = await measureQueries(server, QUERIES, repeats)
        if (last && only !== 'queries') await load(server.url, readData(rareFile))
        if (last && only !== 'queries') await settle(server)
      })
      if (!last || only === 'queries') continue
      await withServer(dir, WARM, async server => (stages.warm = await measureStages(server, repeats, {only: name})))
      await withServer(dir, COLD, async server => (stages.cold = await measureStages(server, repeats, {only: name, coldOnly: true})))
    } finally {
      rmSync(dir, {recursive: true, force: true})
    }
  }
  const summary = medians(ingest)
  report(summary, queries, rounds, repeats)
  reportStages(`Stages, lines in memory (medians of ${repeats} runs)`, stages.warm)
  reportStages(`Stages, lines read and decompressed (medians of ${repeats} runs)`, stages.cold)
  const out = fileURLToPath(new URL('./out', import.meta.url))
  mkdirSync(out, {recursive: true})
  writeFileSync(
    path.join(out, 'results.json'),
    JSON.stringify({node: process.version, rounds: ingest, ingest: summary, queries, stages}, null, 2),
  )
  return 0
}

async function measureIngest(server, dir, file) {
  const before = await server.metrics()
  const loaded = await load(server.url, readData(file))
  const after = await server.metrics()
  const cpu = m => m.get('process_cpu_seconds_total') ?? 0
  const ingestCpu = cpu(after) - cpu(before)
  const peak = peakMemory(server.pid)
  await settle(server)
  const settledCpu = cpu(await server.metrics()) - cpu(before)
  return {
    rawMB: loaded.rawBytes / 1e6,
    entries: loaded.entries,
    seconds: loaded.seconds,
    mbPerSecond: loaded.rawBytes / 1e6 / loaded.seconds,
    entriesPerSecond: loaded.entries / loaded.seconds,
    mbPerCpuSecond: loaded.rawBytes / 1e6 / ingestCpu,
    mbPerCpuSecondMerged: loaded.rawBytes / 1e6 / settledCpu,
    entriesPerCpuSecond: loaded.entries / ingestCpu,
    p50Ms: loaded.p50Ms,
    p99Ms: loaded.p99Ms,
    peakMB: (peak ?? Number.NaN) / 1e6,
    peakMergedMB: (peakMemory(server.pid) ?? Number.NaN) / 1e6,
    storedMBPerGB: (diskBytes(dir, '.part') / loaded.rawBytes) * 1000,
  }
}

async function withServer(dir, flags, work) {
  const server = await startServer(dir, flags)
  try {
    await work(server)
  } finally {
    await server.stop()
  }
}

function medians(rows) {
  return Object.fromEntries(
    Object.keys(rows[0]).map(key => [key, rows.map(r => r[key]).sort((a, b) => a - b)[Math.floor(rows.length / 2)]]),
  )
}

function report(ingest, queries, rounds, repeats) {
  const n = (value, digits = 1) => value.toLocaleString('en', {maximumFractionDigits: digits, minimumFractionDigits: digits})
  console.log(`\nIngest over HTTP, protobuf, every group synced (medians of ${rounds})`)
  console.log(`  raw push                 ${n(ingest.rawMB, 0)} MB, ${n(ingest.entries, 0)} entries in ${n(ingest.seconds)} s`)
  console.log(`  per second               ${n(ingest.mbPerSecond)} MB, ${n(ingest.entriesPerSecond, 0)} entries`)
  console.log(`  per CPU-second           ${n(ingest.mbPerCpuSecond)} MB, ${n(ingest.entriesPerCpuSecond, 0)} entries`)
  console.log(`  the same, merges done    ${n(ingest.mbPerCpuSecondMerged)} MB`)
  console.log(`  push p50 / p99           ${n(ingest.p50Ms)} / ${n(ingest.p99Ms)} ms`)
  console.log(`  peak memory              ${n(ingest.peakMB, 0)} MB, after merges ${n(ingest.peakMergedMB, 0)} MB`)
  console.log(`  stored per 1 GB of raw   ${n(ingest.storedMBPerGB)} MB`)
  console.log(`\nQueries (medians of ${repeats} runs, the first apart)`)
  console.log(
    `  ${'query'.padEnd(38)} ${'first ms'.padStart(9)} ${'ms'.padStart(9)} ${'CPU-s'.padStart(7)} ${'MB read'.padStart(9)} ${'MB lines'.padStart(9)} ${'results'.padStart(8)}`,
  )
  for (const q of queries) {
    console.log(
      `  ${q.name.padEnd(38)} ${n(q.firstMs).padStart(9)} ${n(q.ms).padStart(9)} ${n(q.cpuSeconds, 3).padStart(7)} ${n(q.firstBytesRead / 1e6).padStart(9)} ${n(q.lineBytes / 1e6).padStart(9)} ${n(q.results, 0).padStart(8)}`,
    )
  }
}
