/*
 * From the parser stages of the syntax tree to their plans. Their texts were checked when the query was (logql/check-stages.ts).
 */
import type {FieldsKernel} from '../../../kernel/index.ts'
import {Failure} from '../../../model/index.ts'
import {compileRegex} from '../../../regex/index.ts'
import {
  parseJsonPath,
  parseLogfmtKey,
  parsePattern,
  printStage,
  type JsonParser,
  type LogfmtParser,
  type PathResult,
  type PatternParser,
  type RegexpParser,
  type UnpackParser,
} from '../../logql/index.ts'
import type {StagePlan} from '../stage.ts'
import {planJson} from './json.ts'
import {planJsonPaths} from './json-paths.ts'
import {planLogfmt} from './logfmt.ts'
import {planLogfmtKeys} from './logfmt-keys.ts'
import {planPattern} from './pattern.ts'
import {planRegexp} from './regexp.ts'
import {planUnpack} from './unpack.ts'

export type ParserStage = JsonParser | LogfmtParser | RegexpParser | PatternParser | UnpackParser

/**
 * @param kernel of the thread: reads the lines of whole batches when a few fields are asked for.
 * @throws {Failure} BAD_REQUEST for patterns and paths that do not compile.
 */
export function planParser(stage: ParserStage, kernel: Partial<FieldsKernel> = {}): StagePlan {
  switch (stage.kind) {
    case 'json':
      if (stage.expressions.length === 0) return planJson(kernel)
      return planJsonPaths(
        stage.expressions.map(({name, path}) => ({name, path: valid(parseJsonPath(path))})),
        printStage(stage).slice('| '.length),
      )
    case 'logfmt':
      if (stage.expressions.length === 0) return planLogfmt(stage, kernel)
      return planLogfmtKeys(
        stage.expressions.map(({name, path}) => ({name, key: valid(parseLogfmtKey(path))})),
        stage,
        printStage(stage).slice('| '.length),
      )
    case 'regexp':
      return planRegexp(compileRegex(stage.pattern))
    case 'pattern':
      return planPattern(stage.pattern, parsePattern(stage.pattern))
    case 'unpack':
      return planUnpack()
  }
}

function valid<T>(result: PathResult<T>): T {
  if (result.error !== undefined) throw new Failure('BAD_REQUEST', result.error)
  return result.value
}
