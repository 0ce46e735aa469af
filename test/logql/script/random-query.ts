/*
 * Random entries, and random queries over them that parse.
 */
import {sortLabels} from '../../../src/model/index.ts'
import type {FakeEntry, FakeStream} from '../../query/support/fake-store.ts'
import type {Random} from '../../support/random.ts'
import {T0} from './files.ts'
import type {Evaluation} from './parse.ts'

const SECOND_NS = 1_000_000_000n
const SPAN_SECONDS = 240

type Make = (random: Random) => string

function pick<T>(random: Random, from: readonly [T, ...T[]]): T {
  return from[random.below(from.length)] ?? from[0]
}

function oneOf(...makers: [Make, ...Make[]]): Make {
  return random => pick(random, makers)(random)
}

function words(...from: [string, ...string[]]): Make {
  return random => pick(random, from)
}

/** `a{b}c`: makers in the order of their holes. */
function filled(parts: TemplateStringsArray, ...makers: Make[]): Make {
  return random => parts.map((part, i) => `${i === 0 ? '' : (makers[i - 1]?.(random) ?? '')}${part}`).join('')
}

function several(min: number, max: number, separator: string, make: Make): Make {
  return random => Array.from({length: min + random.below(max - min + 1)}, () => make(random)).join(separator)
}

const word = words('error', 'warn', 'boom', 'ok', 'GET /a', 'é', 'x', '10.0.0.7', '')
const name = words('level', 'n', 'd', 's', 'msg', 'k', 'pod', 'ip', 'x_y')
const label = words('level', 'n', 'd', 's', 'msg', 'k', 'pod', 'ip', 'app', 'trace', 'level_extracted', 'nope')
const number = words('0', '1', '2.5', '-3', '7', '1e2', '20')
const value = oneOf(word, number, words('250ms', '1m30s', '5KiB', '2MB', 'NaN', 'soon', '10.0.0.9:80', 'a=b'))

const logfmtValue = oneOf(
  filled`${number}`,
  words('250ms', '1m30s', '5KiB', '2MB', 'soon', '"two words"', '"esc \\" q"', 'bad"', '""'),
  word,
)
const logfmt = several(1, 5, ' ', oneOf(filled`${name}=${logfmtValue}`, filled`${name}=${logfmtValue}`, word))
const jsonValue = oneOf(
  number,
  words('"error"', '"250ms"', '"5KiB"', '"é \\u00e9"', 'true', 'null', '[1,2]', '{"n":1,"k":"v"}', '"10.0.0.9"', '{"a":', '""'),
)
const json = filled`{${several(0, 4, ',', filled`"${name}":${jsonValue}`)}}${words('', '', ' tail')}`
const packed = filled`{"_entry":"${logfmt}","pod":"p${number}"}`
const line = oneOf(
  logfmt,
  logfmt,
  json,
  json,
  several(0, 4, ' ', word),
  filled`${words('10.0.0.7', '10.1.2.3')} - "GET /${word}" ${number}`,
  random => packed(random).replaceAll(/(?<=entry":".*)"(?=.*","pod)/g, ''),
)

/** Times are few, so that many are equal; entries of a stream may come late. */
export function randomStreams(random: Random): FakeStream[] {
  return Array.from({length: 5}, (_, s) => ({
    labels: sortLabels([
      {name: 'app', value: s < 3 ? 'a' : 'b'},
      {name: 'pod', value: `${s}`},
    ]),
    entries: Array.from({length: 40}, (): FakeEntry => {
      const metadata: Record<string, string> = {}
      if (random.below(2) === 0) metadata['level'] = pick(random, ['error', 'warn', '5', 'info'])
      if (random.below(3) === 0) metadata['trace'] = `${random.below(9)}`
      if (random.below(6) === 0) metadata['n'] = number(random)
      const tsNs = T0 + BigInt(random.below(SPAN_SECONDS)) * SECOND_NS
      return {tsNs, line: line(random), ...(Object.keys(metadata).length === 0 ? {} : {metadata})}
    }),
  }))
}

const quoted: Make = random => JSON.stringify(value(random))
const regex = words('"er+or"', '"(?i)WARN|boom"', '"^$"', '"^.{3,9}$"', '"[0-9]+ms"', '"a|b|.*"', '"\\\\w+=\\\\d"', '"."')
// Behind drop and keep, != and !~ would be part of them.
const not = words('|= "" !')
const lineFilter = oneOf(
  filled`|= ${quoted}`,
  filled`${not}= ${quoted}`,
  filled`|= ${quoted} or ${quoted}`,
  filled`${not}= ${quoted} or ${quoted}`,
  filled`|~ ${regex}`,
  filled`${not}~ ${regex}`,
  filled`${words('|>', '!>')} ${words('"<_>=<_>"', '"level<_>"', '"<_> ok"', '""')}`,
  words('|= ip("10.0.0.0/24")', '|= "" != ip("10.0.0.0/24")'),
)
const comparison = words('=', '!=', '>', '>=', '<', '<=')
const labelTest = oneOf(
  filled`${label}${words('=', '!=')}${quoted}`,
  filled`${label}${words('=~', '!~')}${words('"er.*"', '"|x"', '".+"', '"[0-9]+"', '"error|warn"', '""')}`,
  filled`${label}${comparison}${number}`,
  filled`${label}${comparison}${words('250ms', '1m', '90s')}`,
  filled`${label}${comparison}${words('5KiB', '1MB', '10B')}`,
  filled`ip${words('=', '!=')}ip("10.0.0.0/16")`,
  filled`__error__${words('=', '!=')}${words('""', '"JSONParserErr"', '"LabelFilterErr"')}`,
)
const labelFilter = filled`| ${oneOf(labelTest, labelTest, filled`${labelTest} ${words('and', 'or', ',')} ${labelTest}`, filled`(${labelTest} or ${labelTest}) and ${labelTest}`)}`
const parser = filled`| ${words(
  'json',
  'json',
  'json level, deep="n.k", first="s[0]"',
  'logfmt',
  'logfmt',
  'logfmt --strict',
  'logfmt --keep-empty',
  'logfmt lvl="level", n',
  'regexp "(?P<level>error|warn)? *(?P<n>[0-9]+)"',
  'regexp "(?P<k>\\\\w+)=(?P<msg>.*)"',
  'pattern "<ip> - \\"<msg>\\" <n>"',
  'pattern "<k>=<msg> <_>"',
  'unpack',
)}`
const template = words(
  '{{.level}}',
  '{{.msg | upper}}-{{.n}}',
  '{{__line__}}',
  '{{__timestamp__ | unixEpoch}}',
  '{{div 6 .n}}',
  '{{.nope}}',
  '{{ if eq .level `error` }}E{{ else }}{{ .k }}{{ end }}',
  'same',
  '{{.__error__}}!',
  '{{range fromJson __line__}}{{.}}{{end}}',
)
const format = oneOf(
  filled`| line_format ${random => JSON.stringify(template(random))}`,
  filled`| label_format ${words('x', 'level', 'pod')}=${random => JSON.stringify(template(random))}`,
  filled`| label_format ${words('y', 'k', 'app')}=${label}`,
)
const picked = oneOf(label, label, filled`${label}=${quoted}`, words('__error__', '__error__, __error_details__'))
const reshape = oneOf(filled`| ${words('drop', 'keep')} ${several(1, 3, ', ', picked)}`, words('| decolorize'))
const stage = oneOf(lineFilter, lineFilter, labelFilter, labelFilter, parser, parser, format, reshape)
const selector = words('{app="a"}', '{app="b"}', '{app=~"a|b"}', '{app=~".+", pod!="2"}', '{pod=~"[13]"}')

const logs = filled`${selector} ${several(0, 5, ' ', stage)}`
const range = words('10s', '30s', '1m', '2m30s')
const offset = words('', '', '', ' offset 20s', ' offset -15s')
const clean = words('', '| __error__=""', '| __error__=""', '| drop __error__')
const grouping = words('', '', ' by (pod)', ' by (level)', ' without (pod, trace)', ' by ()')
const counted = filled`${words('count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'absent_over_time')}(${logs} ${clean}[${range}]${offset})`
const unwrapped = filled`| unwrap ${oneOf(label, filled`${words('duration', 'bytes')}(${words('d', 's')})`)} | __error__=""`
const measured = oneOf(
  filled`${words('sum', 'rate')}${words('_over_time')}(${logs} ${unwrapped} [${range}]${offset})`,
  filled`${words('avg', 'min', 'max', 'stddev', 'stdvar')}_over_time(${logs} ${unwrapped} [${range}]${offset})${grouping}`,
  filled`quantile_over_time(${words('0', '0.5', '0.9', '1')}, ${logs} ${unwrapped} [${range}])${grouping}`,
  filled`rate_counter(${logs} ${unwrapped} [${range}])`,
)
const leaf = oneOf(counted, counted, random => measured(random).replace('rate_over_time', 'rate'))
const reduced = oneOf(
  filled`${words('sum', 'avg', 'min', 'max', 'count', 'stddev')}${words('', ' by (pod)', ' by (app, level)', ' without (trace)')} (${leaf})`,
  filled`${words('topk', 'bottomk')}(2, ${leaf})`,
  filled`${words('sort', 'sort_desc')}(sum by (pod) (${leaf}))`,
)
const metric = oneOf(
  leaf,
  reduced,
  reduced,
  filled`${reduced} ${words('+', '/', '> ', '> bool', 'and', 'or', 'unless')} on (pod) sum by (pod) (${counted})`,
  filled`label_replace(${reduced}, "z", "$1-x", "pod", "(.)")`,
  filled`${reduced} ${words('*', '>', '==', '%')} 2`,
)

/** A log query, a range query or an instant one. */
export function randomEvaluation(random: Random): Evaluation {
  const kind = pick<Evaluation['kind']>(random, ['logs', 'logs', 'logs', 'range', 'instant'])
  const start = BigInt(random.below(SPAN_SECONDS))
  const fromNs = T0 + start * SECOND_NS
  const toNs = kind === 'instant' ? fromNs : fromNs + BigInt(random.below(SPAN_SECONDS)) * SECOND_NS
  return {
    lineNumber: 0,
    query: (kind === 'logs' ? logs : metric)(random).trim(),
    kind,
    fromNs: random.below(2) === 0 && kind === 'logs' ? T0 : fromNs,
    toNs: kind === 'logs' && random.below(2) === 0 ? T0 + BigInt(SPAN_SECONDS) * SECOND_NS : toNs,
    stepNs: pick(random, [10n, 30n, 60n]) * SECOND_NS,
    limit: pick(random, [1, 7, 50, 1000]),
    direction: pick(random, ['forward', 'backward']),
    intervalNs: pick(random, [0n, 0n, 0n, 15n]) * SECOND_NS,
    categorized: random.below(4) === 0,
    unlikeLoki: false,
    expected: undefined,
  }
}
