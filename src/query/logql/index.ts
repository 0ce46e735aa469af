export type {
  ArithmeticOp,
  Binary,
  BinaryOp,
  BytesFilter,
  CombinedFilter,
  CompareOp,
  ComparisonOp,
  Decolorize,
  DropLabels,
  DurationFilter,
  Extraction,
  Grouping,
  IpFilter,
  JsonParser,
  KeepLabels,
  LabelFilter,
  LabelFilterStage,
  LabelFormat,
  LabelFormatItem,
  LabelPick,
  LabelReplace,
  LineFilter,
  LineFilterOp,
  LineFormat,
  LineMatch,
  Literal,
  LogfmtParser,
  LogQuery,
  LogRange,
  Matching,
  MatchOp,
  MetricExpr,
  Node,
  NumberFilter,
  PatternParser,
  Query,
  RangeAggregation,
  RangeOp,
  RegexpParser,
  Selector,
  SelectorMatcher,
  SetOp,
  Span,
  Stage,
  StringFilter,
  UnpackParser,
  Unwrap,
  Variants,
  VectorAggregation,
  VectorLiteral,
  VectorOp,
} from './ast.ts'
export {checkQuery, type CheckOptions, type CheckTemplate} from './check-stages.ts'
export type {CheckRegex} from './cursor.ts'
export {formatGoDuration, parseGoDuration} from './value/duration.ts'
export {applyToNumbers, foldLiterals} from './fold.ts'
export {format} from './format.ts'
export {parseIpAddress, parseIpPattern, type IpAddress, type IpRange} from './value/ip.ts'
export {formatFixed, formatShortest, parseGoFloat, type FloatResult} from './value/number.ts'
export {parse, type ParseOptions} from './parser.ts'
export {parseJsonPath, parseLogfmtKey, type JsonPath, type PathResult} from './value/paths.ts'
export {parsePattern, type PatternPart} from './value/pattern.ts'
export {print, printLabelFilter, printSelector, printStage} from './print.ts'
export {groupNames} from './value/regexp-parser.ts'
export {children, logRangesOf, selectorsOf, walk} from './walk.ts'
