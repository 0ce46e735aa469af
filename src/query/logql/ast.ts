/*
 * The syntax tree of LogQL: plain readonly data, discriminated by `kind`. Everything a planner needs, nothing it can
 * change; nodes survive structured cloning, so a tree may travel to a worker.
 *
 * Owns    the shape of every query that parses. Units: durations of ranges and offsets are nanoseconds as bigint (they are
 *         added to bigint instants); numbers of label filters are doubles; byte sizes are whole bytes, exact below 2^53.
 * Leaves  text to lex/ and parser.ts (in) and print.ts/format.ts (out), meaning to query/plan.
 *
 * What the parser already did, so that nobody does it twice:
 *   - parentheses are gone, precedence is in the tree; literal-only arithmetic is folded to one `literal`;
 *   - `a , b` and `a b` in label filters are `and` nodes; `!= "x" or "y"` is two `line-filter` stages (the alternatives of
 *     `|= |~ |>` stay one stage);
 *   - `json a` is `json a="a"`; function names and keywords are lower case;
 *   - a vector aggregation always has a grouping (missing = `by ()`); a range aggregation only if it was written;
 *   - `{…}[5m] | json` and `{…} | json [5m]` are the same node.
 */

/** Half-open range of UTF-16 offsets in the query text. */
export type Span = {readonly start: number; readonly end: number}

export type Query = LogQuery | MetricExpr | Variants

// ---------------------------------------------------------------------------------------------------------- log queries

export type LogQuery = {
  readonly kind: 'logs'
  readonly selector: Selector
  readonly stages: readonly Stage[]
  readonly span: Span
}

/** At least one matcher does not match the empty string (the parser refuses others). */
export type Selector = {
  readonly kind: 'selector'
  readonly matchers: readonly SelectorMatcher[]
  readonly span: Span
}

/** Regexes are fully anchored and dot-all; a missing label reads as "". Structurally a model Matcher. */
export type SelectorMatcher = {
  readonly name: string
  readonly op: MatchOp
  readonly value: string
  readonly span: Span
}
export type MatchOp = '=' | '!=' | '=~' | '!~'

export type Stage =
  | LineFilter
  | JsonParser
  | LogfmtParser
  | RegexpParser
  | PatternParser
  | UnpackParser
  | LabelFilterStage
  | LineFormat
  | LabelFormat
  | Decolorize
  | DropLabels
  | KeepLabels

/** Keeps a line when any of `matches` holds. With `!= !~ !>` there is exactly one match and the line must not match it. */
export type LineFilter = {
  readonly kind: 'line-filter'
  readonly op: LineFilterOp
  readonly matches: readonly LineMatch[]
  readonly span: Span
}
export type LineFilterOp = '|=' | '!=' | '|~' | '!~' | '|>' | '!>'
/** `ip`: written ip("…"), an address, range or network; only with `|=` and `!=` once validated. */
export type LineMatch = {readonly value: string; readonly ip: boolean}

/** No expressions: every member becomes a label. */
export type JsonParser = {readonly kind: 'json'; readonly expressions: readonly Extraction[]; readonly span: Span}
export type LogfmtParser = {
  readonly kind: 'logfmt'
  readonly strict: boolean
  readonly keepEmpty: boolean
  readonly expressions: readonly Extraction[]
  readonly span: Span
}
/** `name="path"`. The path's own syntax is in value/paths.ts (parseJsonPath, parseLogfmtKey). */
export type Extraction = {readonly name: string; readonly path: string}
/** Regex with named groups, unanchored. */
export type RegexpParser = {readonly kind: 'regexp'; readonly pattern: string; readonly span: Span}
/** `<name> literal <_>`; see value/pattern.ts (parsePattern). */
export type PatternParser = {readonly kind: 'pattern'; readonly pattern: string; readonly span: Span}
export type UnpackParser = {readonly kind: 'unpack'; readonly span: Span}

export type LabelFilterStage = {readonly kind: 'label-filter'; readonly filter: LabelFilter; readonly span: Span}

export type LabelFilter = StringFilter | IpFilter | NumberFilter | DurationFilter | BytesFilter | CombinedFilter
/** Regexes are fully anchored, not dot-all. */
export type StringFilter = {
  readonly kind: 'string'
  readonly name: string
  readonly op: MatchOp
  readonly value: string
  readonly span: Span
}
export type IpFilter = {
  readonly kind: 'ip'
  readonly name: string
  readonly op: '=' | '!='
  readonly pattern: string
  readonly span: Span
}
/** `==` is read as `=`. */
export type CompareOp = '=' | '!=' | '>' | '>=' | '<' | '<='
export type NumberFilter = {
  readonly kind: 'number'
  readonly name: string
  readonly op: CompareOp
  readonly value: number
  readonly span: Span
}
export type DurationFilter = {
  readonly kind: 'duration'
  readonly name: string
  readonly op: CompareOp
  /** Signed. A double: exact to 104 days, beyond that the nearest one. */
  readonly ns: number
  readonly span: Span
}
export type BytesFilter = {
  readonly kind: 'bytes'
  readonly name: string
  readonly op: CompareOp
  readonly bytes: number
  readonly span: Span
}
export type CombinedFilter = {
  readonly kind: 'and' | 'or'
  readonly left: LabelFilter
  readonly right: LabelFilter
  readonly span: Span
}

export type LineFormat = {readonly kind: 'line-format'; readonly template: string; readonly span: Span}
export type LabelFormat = {readonly kind: 'label-format'; readonly items: readonly LabelFormatItem[]; readonly span: Span}
/** In the order written, which matters. */
export type LabelFormatItem =
  | {readonly kind: 'rename'; readonly name: string; readonly from: string}
  | {readonly kind: 'template'; readonly name: string; readonly template: string}
export type Decolorize = {readonly kind: 'decolorize'; readonly span: Span}
export type DropLabels = {readonly kind: 'drop'; readonly items: readonly LabelPick[]; readonly span: Span}
export type KeepLabels = {readonly kind: 'keep'; readonly items: readonly LabelPick[]; readonly span: Span}
/** A bare name, or a matcher (fully anchored, dot-all). */
export type LabelPick =
  | {readonly kind: 'name'; readonly name: string}
  | {readonly kind: 'matcher'; readonly name: string; readonly op: MatchOp; readonly value: string}

// ------------------------------------------------------------------------------------------------------- metric queries

export type MetricExpr = RangeAggregation | VectorAggregation | Binary | Literal | VectorLiteral | LabelReplace

export type RangeAggregation = {
  readonly kind: 'range-aggregation'
  readonly op: RangeOp
  /** The φ of quantile_over_time, and only there. */
  readonly parameter: number | undefined
  readonly range: LogRange
  /** Undefined: series keep their labels. `by ()`: one series. */
  readonly grouping: Grouping | undefined
  readonly span: Span
}
export type RangeOp =
  | 'rate'
  | 'rate_counter'
  | 'count_over_time'
  | 'bytes_over_time'
  | 'bytes_rate'
  | 'sum_over_time'
  | 'avg_over_time'
  | 'min_over_time'
  | 'max_over_time'
  | 'first_over_time'
  | 'last_over_time'
  | 'stdvar_over_time'
  | 'stddev_over_time'
  | 'quantile_over_time'
  | 'absent_over_time'

/** Window (t − offset − range, t − offset]. */
export type LogRange = {
  readonly kind: 'log-range'
  readonly selector: Selector
  readonly stages: readonly Stage[]
  readonly unwrap: Unwrap | undefined
  readonly rangeNs: bigint
  /** 0n when not written; negative looks ahead. */
  readonly offsetNs: bigint
  readonly span: Span
}

export type Unwrap = {
  readonly kind: 'unwrap'
  readonly label: string
  /** `number` is the bare form; `duration_seconds` means the same as `duration`. */
  readonly conversion: 'number' | 'bytes' | 'duration' | 'duration_seconds'
  /** Applied after the conversion, in order, all must hold. */
  readonly filters: readonly LabelFilter[]
  readonly span: Span
}

/** Labels in the order written. */
export type Grouping = {readonly without: boolean; readonly labels: readonly string[]}

export type VectorAggregation = {
  readonly kind: 'vector-aggregation'
  readonly op: VectorOp
  /** The k of topk, bottomk, approx_topk (a whole number > 0), and only there. */
  readonly parameter: number | undefined
  readonly inner: MetricExpr
  readonly grouping: Grouping
  readonly span: Span
}
export type VectorOp =
  'sum' | 'avg' | 'min' | 'max' | 'count' | 'stddev' | 'stdvar' | 'topk' | 'bottomk' | 'approx_topk' | 'sort' | 'sort_desc'

export type Binary = {
  readonly kind: 'binary'
  readonly op: BinaryOp
  /** A comparison yields 1/0 and does not filter. Ignored by other operators. */
  readonly bool: boolean
  readonly matching: Matching | undefined
  readonly left: MetricExpr
  readonly right: MetricExpr
  readonly span: Span
}
export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^'
export type ComparisonOp = '==' | '!=' | '<' | '<=' | '>' | '>='
export type SetOp = 'and' | 'or' | 'unless'
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp

/** `on (labels)` or `ignoring (labels)`; `group`: which side is the many side, with labels to take from the one side. */
export type Matching = {
  readonly on: boolean
  readonly labels: readonly string[]
  readonly group: 'left' | 'right' | undefined
  readonly include: readonly string[]
}

/** May be NaN or infinite (1/0, 1e308*10). */
export type Literal = {readonly kind: 'literal'; readonly value: number; readonly span: Span}
/** `vector(n)`: one sample without labels. */
export type VectorLiteral = {readonly kind: 'vector'; readonly value: number; readonly span: Span}
export type LabelReplace = {
  readonly kind: 'label-replace'
  readonly inner: MetricExpr
  readonly target: string
  readonly replacement: string
  readonly source: string
  /** As written; matched as ^(?:pattern)$. */
  readonly pattern: string
  readonly span: Span
}

/** Several metrics over the entries of one log range. The selectors and stages written inside the variants do not count. */
export type Variants = {
  readonly kind: 'variants'
  readonly variants: readonly MetricExpr[]
  readonly of: LogRange
  readonly span: Span
}

/** Everything a walk can meet. */
export type Node = Query | Selector | Stage | LabelFilter | LogRange | Unwrap
