/*
 * skald serve: wires the parts of the server together, starts them, and stops them in order.
 *
 *   config ─▶ workers ─▶ database (lock, replay) ─▶ ingest, query engine ─▶ HTTP
 *   SIGTERM ─▶ stop accepting ─▶ finish requests ─▶ sync the log, end merges ─▶ end workers ─▶ exit
 */
import {randomBytes} from 'node:crypto'
import {readFileSync, watchFile, unwatchFile} from 'node:fs'
import {availableParallelism} from 'node:os'
import path from 'node:path'
import type {FastifyInstance} from 'fastify'
import {createApi} from '../api/index.ts'
import {loadConfig, renderEffective, type Config, type LimitsProvider, type LoadedConfig} from '../config/index.ts'
import {createIngest} from '../ingest/index.ts'
import {createKernel} from '../kernel/index.ts'
import {Failure} from '../model/index.ts'
import {createQueryEngine} from '../query/index.ts'
import {openDatabase, openLocalObjectStore, type Database} from '../store/index.ts'
import {startWorkers, type Workers} from '../worker/index.ts'
import {systemClock} from './clock.ts'
import {EXIT_OK, UsageError, type Io} from './command.ts'
import {watchFailures} from './failures.ts'
import {createLogger, type Logger} from './logger.ts'
import {createMetrics} from './metrics.ts'
import {VERSION} from './version.ts'

/** The configuration file is looked at this often, for a reload of limits. */
const CONFIG_POLL_MS = 2000
const QUERY_WORKERS_DEFAULT_MAX = 4

/** Runs until the signal; the exit code. */
export async function serve(args: readonly string[], io: Io): Promise<number> {
  const {config, limits, configFile, warnings} = settingsOf(args, io)
  const log = createLogger(config.log, io)
  for (const warning of warnings) log.warn(warning)
  const running = await start(config, limits, log)
  const stopWatching = watchLimits(configFile, limits, log)
  try {
    announce(config, running.url, io)
    if (!io.signal.aborted) await new Promise<void>(resolve => io.signal.addEventListener('abort', () => resolve(), {once: true}))
    log.info({reason: String(io.signal.reason instanceof Error ? io.signal.reason.message : io.signal.reason)}, 'stopping')
  } finally {
    stopWatching()
    await running.stop()
  }
  log.info('stopped')
  return EXIT_OK
}

/** Flags, environment and file; what is wrong with any of them is how the command was called. */
function settingsOf(args: readonly string[], io: Io): LoadedConfig {
  try {
    return loadConfig({args, env: io.env, readFile: file => readFileSync(file, 'utf8')})
  } catch (error) {
    throw Failure.is(error, 'BAD_REQUEST') ? new UsageError(error.message) : error
  }
}

type Running = {readonly url: string; stop(): Promise<void>}

async function start(config: Config, limits: LimitsProvider, log: Logger): Promise<Running> {
  const {host, port} = parseListen(config.server.listen)
  const dataDir = path.resolve(config.store.dataDir)
  const objectsDir = path.join(dataDir, 'objects')
  const metrics = createMetrics(VERSION)
  const kernel = createKernel()
  if (!kernel.accelerated) log.warn('WebAssembly SIMD is not there; the plain kernels are several times slower')
  const objects = openLocalObjectStore({directory: objectsDir})
  const queryWorkers = config.query.workers === 0 ? Math.min(QUERY_WORKERS_DEFAULT_MAX, availableParallelism()) : config.query.workers
  const workers: Workers = startWorkers({
    objectDirectory: objectsDir,
    queryWorkers,
    cacheBytes: config.query.cacheSizeBytes,
    plainKernel: false,
    onCrash: message => log.error(message),
  })
  let database: Database
  try {
    database = await openDatabase({
      dir: dataDir,
      objects,
      prepare: () => objects.removeStale(),
      kernel,
      maintenance: workers.maintenance,
      clock: systemClock,
      randomId: () => randomBytes(6).toString('hex'),
      limits: {headRawBytesMax: config.store.headSizeMaxBytes, headAgeMsMax: config.store.flushAgeMs},
    })
  } catch (error) {
    await workers.close()
    throw error
  }
  reportStart(database, log)
  const stopWatching = watchFailures(() => database.stats(), log)
  const ingest = createIngest({
    kernel,
    database,
    limits,
    clock: systemClock,
    observer: metrics.ingest,
    bodySizeMaxBytes: config.server.bodySizeMaxBytes,
    decodedSizeMaxBytes: config.server.bodyDecodedSizeMaxBytes,
    inFlightSizeMaxBytes: config.server.inFlightSizeMaxBytes,
    concurrentPushesMax: config.server.concurrentPushesMax,
  })
  const engine = createQueryEngine({
    snapshots: database,
    shards: workers.shards,
    clock: systemClock,
    timers: (ms, callback) => {
      const timer = setTimeout(callback, ms)
      return () => clearTimeout(timer)
    },
    memoryMaxBytes: config.query.memoryMaxBytes,
    concurrencyMax: config.query.concurrencyMax,
    queueMax: config.query.queueMax,
  })
  metrics.connect({
    database: () => database.stats(),
    engine: () => engine.load(),
    inFlight: () => ({pushes: ingest.admission.inFlightPushes, bytes: ingest.admission.inFlightBytes}),
  })
  let stopping = false
  const server = createApi({
    log,
    pushBodyBytesMax: config.server.bodySizeMaxBytes,
    queryBodyBytesMax: config.server.queryBodySizeMaxBytes,
    requestTimeoutMs: config.server.requestTimeoutMs,
    keepAliveTimeoutMs: config.server.keepAliveTimeoutMs,
    ingest,
    engine,
    limits,
    clock: systemClock,
    answerBytesMax: 2 * config.query.memoryMaxBytes,
    authEnabled: config.auth.enabled,
    tenant: config.auth.tenant,
    notReady: () => (stopping ? 'shutting down' : undefined),
    metrics: () => metrics.page(),
    observer: metrics,
    flush: () => database.flushNow(),
    config: () => renderEffective(config, limits),
    version: VERSION,
  })
  const stop = async (): Promise<void> => {
    stopping = true
    stopWatching()
    await closeServer(server, config.server.shutdownTimeoutMs, log)
    await database.close(config.server.shutdownTimeoutMs)
    await workers.close()
  }
  try {
    const url = await server.listen({host, port})
    log.info({url, dataDir, queryWorkers, version: VERSION, node: process.version}, 'listening')
    return {url, stop}
  } catch (error) {
    await stop()
    throw error
  }
}

function reportStart(database: Database, log: Logger): void {
  const {damages, ...report} = database.report
  log.info(report, 'data directory is open')
  for (const damage of damages) log.error(damage, 'damaged log')
  for (const problem of database.stats().problems) log.error(problem, 'damaged manifest; the day is not served')
}

/** Stops accepting, waits for requests in progress, and cuts what takes longer than the limit. */
async function closeServer(server: FastifyInstance, withinMs: number, log: Logger): Promise<void> {
  const timer = setTimeout(() => {
    log.warn('requests in progress are cut off')
    server.server.closeAllConnections()
  }, withinMs)
  await server.close()
  clearTimeout(timer)
}

/** Reloads limits on SIGHUP and when the file changes; what does not parse is reported and changes nothing. */
function watchLimits(file: string | undefined, limits: LimitsProvider, log: Logger): () => void {
  const reload = (): void => {
    const result = limits.reload()
    if (!result.ok) return log.error({file, err: result.message}, 'limits not reloaded; the old ones stay')
    for (const warning of result.warnings) log.warn(warning)
    log.info({file}, 'limits reloaded')
  }
  process.on('SIGHUP', reload)
  if (file !== undefined) watchFile(file, {interval: CONFIG_POLL_MS, persistent: false}, reload)
  return () => {
    process.off('SIGHUP', reload)
    if (file !== undefined) unwatchFile(file, reload)
  }
}

/** `127.0.0.1:3100`, `:3100`, `[::1]:3100`. */
function parseListen(text: string): {host: string; port: number} {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text)
  if (match === null || Number(match[3]) > 65_535) throw new UsageError(`--server.listen: ${JSON.stringify(text)} is not host:port`)
  const host = match[1] ?? match[2] ?? ''
  return {host: host === '' ? '0.0.0.0' : host, port: Number(match[3])}
}

/** What a newcomer needs: where it is, where data goes, and one line each to try. */
function announce(config: Config, url: string, io: Io): void {
  const addr = url === 'http://127.0.0.1:3100' ? '' : ` --addr ${url}`
  io.out.write(
    [
      `Skald ${VERSION} is ready at ${url}`,
      `Data is kept in ${path.resolve(config.store.dataDir)}`,
      '',
      'Send a log:',
      `  curl -H 'content-type: application/json' ${url}/loki/api/v1/push -d '{"streams":[{"stream":{"app":"hello"},"values":[["'$(date +%s)000000000'","hello, skald"]]}]}'`,
      'Query it:',
      `  npx skald query${addr} '{app="hello"}'`,
      '',
    ].join('\n'),
  )
}
