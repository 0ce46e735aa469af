import {describe, expect, it} from 'vitest'
import {Failure} from '../../src/model/index.ts'
import {fixedLimits, loadConfig, renderEffective, renderHelp, type LoadedConfig} from '../../src/config/index.ts'

function load(args: string[] = [], options: {env?: Record<string, string>; yaml?: string} = {}): LoadedConfig {
  const flags = options.yaml === undefined ? args : ['--config', 'skald.yaml', ...args]
  return loadConfig({args: flags, env: options.env ?? {}, readFile: () => options.yaml ?? ''})
}

function problems(args: string[], options: {env?: Record<string, string>; yaml?: string} = {}): string[] {
  try {
    load(args, options)
  } catch (error) {
    expect(Failure.is(error, 'BAD_REQUEST')).toBe(true)
    return (error as Failure).message.split('\n')
  }
  return []
}

describe('defaults', () => {
  it('suit a person', () => {
    const {config, limits, warnings} = load()
    expect(config.server.listen).toBe('127.0.0.1:3100')
    expect(config.store.dataDir).toBe('./data')
    expect(config.store.flushAgeMs).toBe(300_000)
    expect(config.auth).toEqual({enabled: false, tenant: 'fake'})
    const mine = limits.forTenant('fake')
    expect(mine.ingestionRateMb).toBe(0)
    expect(mine.rejectOldSamples).toBe(false)
    expect(mine.queryTimeoutMs).toBe(60_000)
    expect(mine.maxStructuredMetadataSizeBytes).toBe(65_536)
    expect(warnings).toEqual([])
  })

  it("are Loki's in profile loki, each of which can be set alone", () => {
    const {limits} = load(['--limits.profile', 'loki', '--limits.reject-old-samples', 'false'])
    const mine = limits.forTenant('t')
    expect(mine).toMatchObject({
      ingestionRateMb: 4,
      ingestionBurstSizeMb: 6,
      perStreamRateLimitBytes: 3 * 2 ** 20,
      perStreamRateLimitBurstBytes: 15 * 2 ** 20,
      maxGlobalStreamsPerUser: 5000,
      maxStreamsPerUser: 0,
      maxLineSizeBytes: 262_144,
      maxLineSizeTruncate: false,
      maxLabelNamesPerSeries: 15,
      maxLabelNameLength: 1024,
      maxLabelValueLength: 2048,
      rejectOldSamples: false,
      rejectOldSamplesMaxAgeMs: 7 * 86_400_000,
      creationGracePeriodMs: 600_000,
      outOfOrderWindowMs: 3_600_000,
      blockIngestionStatusCode: 260,
      maxEntriesLimitPerQuery: 5000,
      maxQuerySeries: 500,
      maxQueryLengthMs: 721 * 3_600_000,
    })
    expect(mine.discoverServiceName).toHaveLength(13)
  })
})

describe('precedence', () => {
  const yaml = 'store:\n  data_dir: file\n  flush-age: 1m\nquery: {workers: 3}\n'
  it('is flag, environment, file, default', () => {
    const env = {SKALD_STORE_DATA_DIR: 'env', SKALD_STORE_FLUSH_AGE: '2m', PATH: '/bin'}
    expect(load(['--data', 'flag'], {yaml, env}).config.store.dataDir).toBe('flag')
    expect(load([], {yaml, env}).config.store.dataDir).toBe('env')
    expect(load([], {yaml, env}).config.store.flushAgeMs).toBe(120_000)
    expect(load([], {yaml}).config.store.dataDir).toBe('file')
    expect(load([], {yaml}).config.query.workers).toBe(3)
  })

  it('an empty environment variable is not set', () => {
    expect(load([], {env: {SKALD_STORE_DATA_DIR: ''}}).config.store.dataDir).toBe('./data')
  })
})

describe('flags', () => {
  it('take a value after = or as the next word, snake_case and kebab-case, long and short', () => {
    expect(load(['--server.listen=:1']).config.server.listen).toBe(':1')
    expect(load(['--listen', ':2']).config.server.listen).toBe(':2')
    expect(load(['--store.data_dir', 'x']).config.store.dataDir).toBe('x')
  })

  it('on and off', () => {
    expect(load(['--auth.enabled']).config.auth.enabled).toBe(true)
    expect(load(['--auth.enabled', '--listen', 'x']).config.auth.enabled).toBe(true)
    expect(load(['--auth.enabled', 'off']).config.auth.enabled).toBe(false)
    expect(load(['--no-limits.unordered-writes']).limits.forTenant('t').unorderedWrites).toBe(false)
  })

  it.each([
    [['--lisen', 'x'], 'unknown flag --lisen; did you mean --listen?'],
    [['--reject-old-samples', 'true'], 'unknown flag --reject-old-samples; did you mean --limits.reject-old-samples?'],
    [['--zzzzzzzzzz'], 'unknown flag --zzzzzzzzzz'],
    [['--listen'], '--listen: needs a value'],
    [['--config'], '--config: needs a file'],
    [['serve'], 'unexpected argument "serve"'],
    [['--store.flush-age', '5 minutes'], '--store.flush-age: "5 minutes" is not a duration such as 30s, 5m, 1h30m or 30d'],
    [['--store.head-size-max', 'big'], '--store.head-size-max: "big" is not a size such as 256KB or 1GB'],
    [['--server.body-size-max', '1'], '--server.body-size-max: 1 is less than 1024'],
    [['--query.workers', '-1'], '--query.workers: -1 is less than 0'],
    [['--query.workers', '1.5'], '--query.workers: "1.5" is not a whole number'],
    [['--limits.ingestion-rate-mb', 'x'], '--limits.ingestion-rate-mb: "x" is not a number'],
    [['--auth.enabled=maybe'], '--auth.enabled: "maybe" is not true or false'],
    [['--log.level', 'loud'], '--log.level: "loud" is not one of debug, info, warn, error, silent'],
    [['--limits.profile', 'x'], '--limits.profile: "x" is not one of skald, loki'],
    [['--limits.block-ingestion-until', 'soon'], '--limits.block-ingestion-until: "soon" is not a time such as 2030-01-01T00:00:00Z'],
  ])('%j is refused', (args, problem) => {
    expect(problems(args)).toEqual([problem])
  })

  it('reports all problems at once', () => {
    expect(problems(['--lisen', 'x', '--log.level', 'loud'])).toHaveLength(2)
  })
})

describe('environment', () => {
  it('warns of a name like ours', () => {
    expect(load([], {env: {SKALD_SERVER_LISTN: 'x', SKALD_ADDR: 'y'}}).warnings).toEqual([
      'environment variable SKALD_SERVER_LISTN is not an option; did you mean SKALD_SERVER_LISTEN?',
    ])
  })
  it('names the file', () => {
    const loaded = loadConfig({args: [], env: {SKALD_CONFIG: 'a.yaml'}, readFile: path => `auth: {tenant: ${path}}`})
    expect(loaded.config.auth.tenant).toBe('a.yaml')
    expect(loaded.configFile).toBe('a.yaml')
  })
})

describe('file', () => {
  it.each([
    ['sever: {}', 'skald.yaml: unknown section sever; did you mean server?'],
    ['server: {lissen: x}', 'skald.yaml: server.lissen: unknown option; did you mean listen?'],
    ['limits: {max_lines_size: 1}', 'skald.yaml: limits.max_lines_size: unknown option; did you mean max_line_size?'],
    ['server: x', 'skald.yaml: server must be a map'],
    ['sever: x', 'skald.yaml: unknown section sever; did you mean server?'],
    ['a: [b', 'skald.yaml: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 6'],
    ['- x', 'skald.yaml: expected a map of sections'],
    ['server: {listen: {a: 1}}', 'skald.yaml: server.listen: needs a plain value'],
    ['store: {flush_age: 5x}', 'skald.yaml: store.flush_age: "5x" is not a duration such as 30s, 5m, 1h30m or 30d'],
    ['store: {flush_age: 1m, flush-age: 2m}', 'skald.yaml: store.flush-age: given twice'],
    ['overrides: {a: {profil: loki}}', 'skald.yaml: overrides.a.profil: unknown option; did you mean profile?'],
    ['overrides: {a: {max_line_size: x}}', 'skald.yaml: overrides.a.max_line_size: "x" is not a size such as 256KB or 1GB'],
    ['overrides: {a: {profile: x}}', 'skald.yaml: overrides.a.profile: "x" is not one of skald, loki'],
    ['overrides: {a: 1}', 'skald.yaml: overrides.a must be a map'],
  ])('%s is refused', (yaml, problem) => {
    expect(problems([], {yaml})).toEqual([problem])
  })

  it('that is not YAML, or not there, is refused', () => {
    expect(problems([], {yaml: 'a: [1'})[0]).toMatch(/^skald.yaml: /)
    expect(problems([], {yaml: 'a: 1\na: 2'})[0]).toMatch(/^skald.yaml: /)
    const readFile = (): string => {
      throw new Error('ENOENT: no such file')
    }
    expect(() => loadConfig({args: ['--config', 'x'], env: {}, readFile})).toThrow('x: ENOENT: no such file')
  })

  it('may be empty', () => {
    expect(problems([], {yaml: ''})).toEqual([])
    expect(problems([], {yaml: 'server:\nlimits: {}\n'})).toEqual([])
  })
})

describe('limits of tenants', () => {
  const yaml = `
limits:
  max_line_size: 10KB
  enforced-labels: [app, env]
overrides:
  a:
    max-line-size: 20KB
    block_ingestion_until: 2030-01-01T00:00:00Z
  b:
    profile: loki
`
  it('lie on top of those for all, which lie on top of the profile', () => {
    const {limits} = load([], {yaml})
    expect(limits.forTenant('a').maxLineSizeBytes).toBe(20_480)
    expect(limits.forTenant('a').enforcedLabels).toEqual(['app', 'env'])
    expect(limits.forTenant('a').blockIngestionUntilNs).toBe(1_893_456_000_000_000_000n)
    expect(limits.forTenant('b').maxLineSizeBytes).toBe(10_240)
    expect(limits.forTenant('b').ingestionRateMb).toBe(4)
    expect(limits.forTenant('c').ingestionRateMb).toBe(0)
    expect(limits.forTenant('c')).toBe(limits.forTenant('d'))
    expect(limits.tenants()).toEqual(['a', 'b'])
  })

  it('change on reload, and stay when the new file is invalid', () => {
    let text = 'limits: {max_line_size: 1KB}'
    const loaded = loadConfig({args: ['--config', 'f'], env: {}, readFile: () => text})
    const before = loaded.limits.forTenant('t')
    text = 'limits: {max_line_size: 2KB}\nstore: {flush_age: 1m}'
    expect(loaded.limits.reload()).toEqual({ok: true, warnings: ['store.flush-age changed; it takes effect at the next start']})
    expect(loaded.limits.forTenant('t').maxLineSizeBytes).toBe(2048)
    expect(before.maxLineSizeBytes).toBe(1024)
    text = 'limits: {max_line_size: lots}'
    expect(loaded.limits.reload()).toEqual({ok: false, message: 'f: limits.max_line_size: "lots" is not a size such as 256KB or 1GB'})
    expect(loaded.limits.forTenant('t').maxLineSizeBytes).toBe(2048)
  })

  it('can be fixed, for tests', () => {
    expect(fixedLimits({'max-line-size': '5'}, 'loki').forTenant('x')).toMatchObject({maxLineSizeBytes: 5, ingestionRateMb: 4})
    expect(() => fixedLimits({'max-line-size': 'x'})).toThrow('not a size')
  })
})

describe('help', () => {
  it('lists every option of a section', () => {
    expect(renderHelp('auth')).toContain('--auth.enabled true | false')
    expect(renderHelp('auth')).not.toContain('--server.listen')
    expect(renderHelp()).toContain('--config <file>')
    expect(renderHelp()).toContain('--listen, --server.listen <text>')
  })
})

describe('the settings in force', () => {
  const yaml = [
    'limits: {profile: loki, max_line_size: 300B, discover_service_name: [], block_ingestion_until: 2030-01-01T00:00:00Z}',
    'overrides: {a: {max_query_length: 1h30m, discover_service_name: [x, y]}, b: {profile: skald}}',
  ].join('\n')

  it('say every limit, as the file would, and of tenants what differs', () => {
    const {config, limits} = load(['--limits.max-query-series', '7'], {yaml})
    const text = renderEffective(config, limits)
    for (const line of [
      '  body_size_max: 100MB',
      '  flush_age: 5m',
      '  profile: loki',
      '  max_line_size: 300B',
      '  max_query_series: 7',
      '  max_query_length: 30d1h',
      '  reject_old_samples_max_age: 1w',
      '  block_ingestion_until: 2030-01-01T00:00:00.000Z',
      '  discover_service_name: []',
    ])
      expect(text.split('\n')).toContain(line)
    expect(text).toContain('  a:\n    discover_service_name:\n      - x\n      - y\n    max_query_length: 1h30m\n  b:\n')
  })

  it('give the same settings when they are read', () => {
    const first = load(['--limits.max-query-series', '7'], {yaml})
    const second = load([], {yaml: renderEffective(first.config, first.limits)})
    expect(second.config).toEqual(first.config)
    for (const tenant of ['a', 'b', 'c']) expect(second.limits.forTenant(tenant)).toEqual(first.limits.forTenant(tenant))
  })

  it('have no overrides where there are none', () => {
    const {config, limits} = load()
    expect(renderEffective(config, limits)).not.toContain('overrides')
  })
})
