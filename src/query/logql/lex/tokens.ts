/*
 * The vocabulary. A token's type is the name errors give it: the spelling of symbols and reserved words, a word in capitals
 * for the rest (logql.md § 5.1).
 */
import type {RangeOp, VectorOp} from '../ast.ts'

export type Token = {
  readonly type: string
  /** UTF-16 offsets in the query. */
  readonly start: number
  readonly end: number
  /** IDENTIFIER: as written; STRING: unquoted; NUMBER: as written; FUNCTION_FLAG: `--strict`. Empty for others. */
  readonly text: string
  /** DURATION, RANGE. */
  readonly ns: bigint
  /** BYTES. */
  readonly bytes: number
  /** Completed with look-ahead; errors about it say line 0. */
  readonly lookahead: boolean
}

/** Never a name, whatever the case. */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    'by without bool unwrap offset on ignoring group_left group_right and or unless json logfmt regexp unpack pattern ' +
    'line_format label_format decolorize drop keep variants of'
  ).split(' '),
)

export const SYMBOLS_OF_TWO: ReadonlySet<string> = new Set(['!=', '=~', '!~', '|=', '|~', '|>', '!>', '==', '>=', '<='])
export const SYMBOLS_OF_ONE: ReadonlySet<string> = new Set('{}(),=|><+-*/%^.]')

export const RANGE_OPS: ReadonlyMap<string, RangeOp> = capitals<RangeOp>([
  'rate',
  'rate_counter',
  'count_over_time',
  'bytes_over_time',
  'bytes_rate',
  'sum_over_time',
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'first_over_time',
  'last_over_time',
  'stdvar_over_time',
  'stddev_over_time',
  'quantile_over_time',
  'absent_over_time',
])

export const VECTOR_OPS: ReadonlyMap<string, VectorOp> = capitals<VectorOp>([
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'approx_topk',
  'sort',
  'sort_desc',
])

export const UNWRAP_CONVERSIONS = new Map([
  ['BYTES_CONV', 'bytes'],
  ['DURATION_CONV', 'duration'],
  ['DURATION_SECONDS_CONV', 'duration_seconds'],
] as const)

/** Names that are functions when `(` or a grouping follows, and plain names otherwise; lower case to token type. */
export const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ...[...RANGE_OPS, ...VECTOR_OPS, ...UNWRAP_CONVERSIONS].map(([type, name]): [string, string] => [name, type]),
  ['vector', 'VECTOR'],
  ['label_replace', 'LABEL_REPLACE'],
  ['ip', 'ip'],
])

function capitals<T extends string>(names: readonly T[]): ReadonlyMap<string, T> {
  return new Map(names.map(name => [name.toUpperCase(), name]))
}
