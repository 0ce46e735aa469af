export {formatPromDuration, parsePromDuration, type DurationResult} from './duration.ts'
export {Failure, FAILURE_CODES, type FailureCode, type FailureWire} from './failure.ts'
export {
  compareLabels,
  formatLabel,
  formatLabels,
  labelValue,
  NO_LABELS,
  quote,
  remembered,
  sortLabels,
  type Label,
  type Labels,
} from './labels.ts'
export type {LabelPredicate, Matcher, MatcherOp} from './matcher.ts'
export type {MaybePromise} from './maybe-promise.ts'
export {dayName, dayOf, instantOf, NS_PER_DAY, NS_PER_SECOND, nsOfDay, type Clock} from './time.ts'
