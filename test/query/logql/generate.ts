/* Random trees of every kind of node, as the parser would build them (spans are zero). */
import type {
  Binary,
  BinaryOp,
  CompareOp,
  Extraction,
  Grouping,
  LabelFilter,
  LabelPick,
  LogRange,
  Matching,
} from '../../../src/query/logql/index.ts'
import type {MatchOp, MetricExpr, Query, RangeOp, Selector, Stage, Unwrap, VectorOp} from '../../../src/query/logql/index.ts'

const span = {start: 0, end: 0}
const NAMES = ['a', 'level', 'rate', 'sum', 'ip', '_x1', 'bytes', 'Vector', '__error__', 'duration']
const TEXTS = ['', 'x', 'a b', '"q"', '\\d+', '`', 'é😀', '\n\t\x07\x01', '{{.a}}', '\u00a0\u2028', "'", '<_> x', '\x7f\x80']
const NUMBERS = [0, 1, 5, 0.5, 1e-7, 1e21, 123456789.25, 1e300, 2 ** 53]
const GROUPING_OPS: RangeOp[] = [
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'first_over_time',
  'last_over_time',
  'stddev_over_time',
  'stdvar_over_time',
]

export class Generator {
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  query(): Query {
    if (this.#chance(0.3)) return {kind: 'logs', selector: this.#selector(), stages: this.#stages(), span}
    if (this.#chance(0.05))
      return {kind: 'variants', variants: this.#some(1, () => this.#metric(2)), of: this.#range(this.#chance(0.5)), span}
    return this.#metric(4)
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T
  }

  #chance(p: number): boolean {
    return this.#random() < p
  }

  #some<T>(least: number, make: () => T): T[] {
    return Array.from({length: least + Math.floor(this.#random() * 3)}, make)
  }

  #name = (): string => this.#pick(NAMES)
  #text = (): string => this.#pick(TEXTS)

  #match(): {name: string; op: MatchOp; value: string} {
    const op = this.#pick<MatchOp>(['=', '!=', '=~', '!~'])
    return {name: this.#name(), op, value: op.includes('~') ? this.#pick(['x', '.+', 'a|b']) : this.#text()}
  }

  #selector(): Selector {
    const rest = this.#some(0, () => ({...this.#match(), span}))
    return {kind: 'selector', matchers: [{name: this.#name(), op: '=', value: 'x', span}, ...rest], span}
  }

  #stages(): Stage[] {
    const stages = this.#some(0, () => this.#stage())
    return stages.map((stage, i) => {
      // `| drop a != "x"` is one stage, so that pair of stages cannot be written.
      const before = stages[i - 1]
      const bareName = (before?.kind === 'drop' || before?.kind === 'keep') && before.items.at(-1)?.kind === 'name'
      return bareName && stage.kind === 'line-filter' && stage.op.startsWith('!') ? {...stage, op: '!>'} : stage
    })
  }

  #stage(): Stage {
    const extractions = (): Extraction[] => this.#some(0, () => ({name: this.#name(), path: this.#text()}))
    const picks = (): LabelPick[] =>
      this.#some(1, () => (this.#chance(0.5) ? {kind: 'name', name: this.#name()} : {kind: 'matcher', ...this.#match()}))
    const makers: (() => Stage)[] = [
      () => ({
        kind: 'line-filter',
        op: this.#pick(['|=', '|~', '|>']),
        matches: this.#some(1, () => ({value: this.#text(), ip: this.#chance(0.2)})),
        span,
      }),
      () => ({kind: 'line-filter', op: this.#pick(['!=', '!~', '!>']), matches: [{value: this.#text(), ip: this.#chance(0.2)}], span}),
      () => ({kind: 'json', expressions: extractions(), span}),
      () => ({kind: 'logfmt', strict: this.#chance(0.5), keepEmpty: this.#chance(0.5), expressions: extractions(), span}),
      () => ({kind: 'regexp', pattern: '(?P<x>.*)', span}),
      () => ({kind: 'pattern', pattern: '<x> "<_>"', span}),
      () => ({kind: 'unpack', span}),
      () => ({kind: 'label-filter', filter: this.#filter(3), span}),
      () => ({kind: 'line-format', template: this.#text(), span}),
      () => ({
        kind: 'label-format',
        items: this.#some(1, () =>
          this.#chance(0.5)
            ? {kind: 'rename', name: this.#name(), from: this.#name()}
            : {kind: 'template', name: this.#name(), template: this.#text()},
        ),
        span,
      }),
      () => ({kind: 'decolorize', span}),
      () => ({kind: 'drop', items: picks(), span}),
      () => ({kind: 'keep', items: picks(), span}),
    ]
    return this.#pick(makers)()
  }

  #filter(depth: number): LabelFilter {
    if (depth > 0 && this.#chance(0.4)) {
      return {kind: this.#pick(['and', 'or']), left: this.#filter(depth - 1), right: this.#filter(depth - 1), span}
    }
    const name = this.#name()
    const op = this.#pick<CompareOp>(['=', '!=', '<', '<=', '>', '>='])
    const makers: (() => LabelFilter)[] = [
      () => ({kind: 'string', ...this.#match(), span}),
      () => ({kind: 'ip', name, op: this.#pick(['=', '!=']), pattern: this.#text(), span}),
      () => ({kind: 'number', name, op, value: this.#number(), span}),
      () => ({
        kind: 'duration',
        name,
        op,
        ns: this.#pick([-1, 1]) * this.#pick([1, 1500, 2_000_000, 9e10, 3.6e12, 86_461_001_000_001]),
        span,
      }),
      () => ({
        kind: 'bytes',
        name,
        op,
        bytes: this.#pick([0, 9, 10, 999, 1000, 1024, 5000, 5120, 1e6, 1_500_000, 2 ** 30, 1e15, 2 ** 53]),
        span,
      }),
    ]
    return this.#pick(makers)()
  }

  #number(): number {
    return this.#pick(NUMBERS) || (this.#chance(0.5) ? 3 : 0)
  }

  #metric(depth: number): MetricExpr {
    const makers: (() => MetricExpr)[] = [() => this.#rangeAggregation(), () => ({kind: 'vector', value: this.#number(), span})]
    if (depth > 0) {
      const inner = (): MetricExpr => this.#metric(depth - 1)
      makers.push(
        () => this.#vectorAggregation(inner()),
        () => this.#binary(inner(), inner()),
        () => ({
          kind: 'label-replace',
          inner: inner(),
          target: this.#text(),
          replacement: this.#text(),
          source: this.#text(),
          pattern: '(.*)',
          span,
        }),
      )
    }
    return this.#pick(makers)()
  }

  #labels = (): string[] => this.#some(0, this.#name)

  #grouping(): Grouping {
    return {without: this.#chance(0.5), labels: this.#labels()}
  }

  #rangeAggregation(): MetricExpr {
    const grouped = (): Grouping | undefined => (this.#chance(0.5) ? this.#grouping() : undefined)
    const make = (op: RangeOp, unwrap: boolean, grouping?: Grouping, parameter?: number): MetricExpr => {
      return {kind: 'range-aggregation', op, parameter, range: this.#range(unwrap), grouping, span}
    }
    const makers: (() => MetricExpr)[] = [
      () => make(this.#pick<RangeOp>(['count_over_time', 'bytes_rate', 'bytes_over_time', 'rate', 'absent_over_time']), false),
      () => make(this.#pick<RangeOp>(['rate', 'rate_counter', 'sum_over_time', 'absent_over_time']), true),
      () => make(this.#pick(GROUPING_OPS), true, grouped()),
      () => make('quantile_over_time', true, grouped(), this.#number()),
    ]
    return this.#pick(makers)()
  }

  #range(unwrapped: boolean): LogRange {
    const unwrap: Unwrap | undefined = unwrapped
      ? {
          kind: 'unwrap',
          label: this.#name(),
          conversion: this.#pick(['number', 'bytes', 'duration', 'duration_seconds']),
          filters: this.#some(0, () => this.#filter(2)),
          span,
        }
      : undefined
    const rangeNs = this.#pick([
      0n,
      1_000_000n,
      300_000_000_000n,
      5_400_000_000_000n,
      604_800_000_000_000n,
      31_536_000_000_000_000n,
      90_061_001_000_000n,
    ])
    const offsetNs = this.#pick([0n, 0n, 60_000_000_000n, -60_000_000_000n, 1n, 90_061_500_000_000n])
    return {kind: 'log-range', selector: this.#selector(), stages: this.#stages(), unwrap, rangeNs, offsetNs, span}
  }

  #vectorAggregation(inner: MetricExpr): MetricExpr {
    const op = this.#pick<VectorOp>([
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
    const grouping = op.startsWith('sort') ? {without: this.#chance(0.5), labels: []} : this.#grouping()
    return {kind: 'vector-aggregation', op, parameter: op.endsWith('k') ? this.#pick([1, 10, 12345]) : undefined, inner, grouping, span}
  }

  #binary(left: MetricExpr, right: MetricExpr): Binary {
    const op = this.#pick<BinaryOp>(['+', '-', '*', '/', '%', '^', '==', '!=', '<', '<=', '>', '>=', 'and', 'or', 'unless'])
    const side =
      this.#chance(0.2) && !['and', 'or', 'unless'].includes(op)
        ? {kind: 'literal' as const, value: this.#number() * this.#pick([-1, 1]) || 7, span}
        : undefined
    const group = this.#pick([undefined, 'left', 'right'] as const)
    const matching: Matching | undefined = this.#chance(0.3)
      ? {on: this.#chance(0.5), labels: this.#labels(), group, include: group ? this.#labels() : []}
      : undefined
    return {kind: 'binary', op, bool: this.#chance(0.2), matching, left: side ?? left, right, span}
  }
}
