import {describe, expect, it} from 'vitest'
import {bench, entry, type Pair} from './push-helpers.ts'

async function levelOf(
  line: string,
  metadata: Pair[] = [],
  labels = '{app="a"}',
  limits: Record<string, string> = {},
): Promise<Record<string, string>> {
  const b = bench(limits)
  expect(await b.push([{labels, entries: [entry(line, metadata)]}])).toEqual({status: 204})
  return b.database.rows[0]?.metadata ?? {}
}

describe('detected_level of the line', () => {
  it.each([
    ['[error] foo', 'error'],
    ['foo:error', 'unknown'],
    ['errors happened', 'unknown'],
    ['exception error.', 'unknown'],
    ['error=nil', 'error'],
    ['fatal!', 'fatal'],
    ['time warn, error', 'warn'],
    ['{"level":50}', 'unknown'],
    ['{"level":"notice"}', 'unknown'],
    ['{"msg":"an error"}', 'error'],
    ['trc x', 'unknown'],
    ['lvl=inf x', 'info'],
    ['information', 'unknown'],
    ['Panic', 'unknown'],
    ['level=WARN x', 'warn'],
    ['', 'unknown'],
    ['{"a":{"level":"trc"}}', 'trace'],
    ['{"a":{"b":{"level":"trc"}}}', 'unknown'],
    ['CRITICAL failure', 'critical'],
  ])('%s → %s', async (line, level) => {
    expect(await levelOf(line)).toEqual({detected_level: level})
  })
})

describe('detected_level of labels and metadata', () => {
  const error = 'level=error'
  it.each<[string, Pair[], string, Record<string, string>]>([
    ['metadata detected_level is normalised', [['detected_level', 'WARNING']], '{level="info"}', {detected_level: 'warn'}],
    ['… or kept', [['detected_level', 'notice']], '{level="info"}', {detected_level: 'notice'}],
    [
      '… as it is',
      [
        ['detected_level', 'warn'],
        ['severity', 'info'],
      ],
      '{level="info"}',
      {detected_level: 'warn', severity: 'info'},
    ],
    ['a label is next', [['severity', 'debug']], '{level="INFO"}', {detected_level: 'info', severity: 'debug'}],
    ['in list order', [], '{severity="debug", lvl="info"}', {detected_level: 'debug'}],
    ['case-sensitive', [], '{LeVeL="debug"}', {detected_level: 'error'}],
    ['verbatim', [], '{level="notice"}', {detected_level: 'notice'}],
    ['verbatim with metadata', [['k', 'v']], '{level="INFO2"}', {detected_level: 'INFO2', k: 'v'}],
    ['unknown is kept', [], '{level="unknown"}', {detected_level: 'unknown'}],
    ['UNKNOWN is kept', [], '{level="UNKNOWN"}', {detected_level: 'UNKNOWN'}],
    ['metadata is next', [['severity_text', 'Warning']], '{}', {detected_level: 'warn', severity_text: 'Warning'}],
    [
      'in list order',
      [
        ['lvl', 'info'],
        ['severity', 'dbg'],
      ],
      '{}',
      {detected_level: 'debug', lvl: 'info', severity: 'dbg'},
    ],
    ['verbatim', [['severity', 'NOTICE']], '{}', {detected_level: 'NOTICE', severity: 'NOTICE'}],
    [
      'a field before severity_number',
      [
        ['severity_number', '17'],
        ['severity', 'info'],
      ],
      '{}',
      {detected_level: 'info', severity: 'info', severity_number: '17'},
    ],
    ['severity_number 0', [['severity_number', '0']], '{}', {detected_level: 'unknown', severity_number: '0'}],
    ['severity_number 4', [['severity_number', '4']], '{}', {detected_level: 'trace', severity_number: '4'}],
    ['severity_number 5', [['severity_number', '5']], '{}', {detected_level: 'debug', severity_number: '5'}],
    ['severity_number 12', [['severity_number', '12']], '{}', {detected_level: 'info', severity_number: '12'}],
    ['severity_number 13', [['severity_number', '13']], '{}', {detected_level: 'warn', severity_number: '13'}],
    ['severity_number 20', [['severity_number', '20']], '{}', {detected_level: 'error', severity_number: '20'}],
    ['severity_number 24', [['severity_number', '24']], '{}', {detected_level: 'fatal', severity_number: '24'}],
    ['severity_number 25', [['severity_number', '25']], '{}', {detected_level: 'unknown', severity_number: '25'}],
    ['severity_number x', [['severity_number', 'x']], '{}', {detected_level: 'info', severity_number: 'x'}],
    [
      'an empty level is none',
      [
        ['level', ''],
        ['k', 'v'],
      ],
      '{}',
      {detected_level: 'error', k: 'v'},
    ],
    ['an empty detected_level is none', [['detected_level', '']], '{}', {detected_level: 'error'}],
    ['a name that becomes a level field', [['severity.text', 'warn']], '{}', {detected_level: 'warn', severity_text: 'warn'}],
    ['log.level is log_level first, and none', [['log.level', 'warn']], '{}', {detected_level: 'error', log_level: 'warn'}],
    ['other metadata', [['k', 'v']], '{}', {detected_level: 'error', k: 'v'}],
  ])('%s', async (_, metadata, labels, expected) => {
    expect(await levelOf(error, metadata, labels)).toEqual(expected)
  })

  it('off', async () => {
    const off = {'discover-log-levels': 'false'}
    expect(await levelOf('error', [], '{level="info"}', off)).toEqual({})
    expect(await levelOf('error', [['severity', 'NOTICE']], '{}', off)).toEqual({severity: 'NOTICE'})
    expect(
      await levelOf(
        'error',
        [
          ['detected_level', 'WARN'],
          ['a.b', 'c'],
        ],
        '{}',
        off,
      ),
    ).toEqual({detected_level: 'WARN', a_b: 'c'})
    expect(await levelOf('error', [], '{}', {'allow-structured-metadata': 'false'})).toEqual({})
  })

  it('rows of one push each have their own', async () => {
    const b = bench()
    await b.push([
      {
        labels: '{level="notice"}',
        entries: [entry('x'), entry('y', [['detected_level', 'ERR']]), entry('z', [['detected_level', 'debug']])],
      },
      {
        labels: '{a="b"}',
        entries: [entry('warn x'), entry('x', [['level', 'odd']]), entry('fatal x', [['bad.name', 'v']]), entry('error')],
      },
      {labels: '{level="info"}', entries: [entry('error'), entry('error', [['severity', 'odd']])]},
    ])
    expect(b.database.rows.map(row => row.metadata['detected_level'])).toEqual([
      'notice',
      'error',
      'debug',
      'warn',
      'odd',
      'fatal',
      'error',
      'info',
      'info',
    ])
  })
})
