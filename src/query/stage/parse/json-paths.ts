/*
 * `| json status, who="user.name", first="items[0]"`: the values at the named paths (logql § 3.5). A path that a line does not
 * have gives an empty label, unless a label of that name is there.
 */
import {Failure, labelValue} from '../../../model/index.ts'
import type {Batch} from '../../batch.ts'
import {hasName, parserNeeds, wants, type Names, type Stage, type StagePlan} from '../stage.ts'
import {HIGH, valueText} from './fields.ts'
import {JsonPathScan} from './json-path-scan.ts'
import {JSON_DETAILS, OPEN_ARRAY, OPEN_OBJECT, QUOTE} from './json-tokens.ts'
import {isClean} from './text.ts'

export type PathExpression = {readonly name: string; readonly path: readonly (string | number)[]}

/** The search for a path calls itself for each step. */
export const PATH_STEPS_MAX = 200

/** @throws {Failure} BAD_REQUEST for a path that is too long. */
export function planJsonPaths(expressions: readonly PathExpression[], text: string): StagePlan {
  if (expressions.some(({path}) => path.length > PATH_STEPS_MAX)) {
    throw new Failure('BAD_REQUEST', `a path of a json stage has more than ${PATH_STEPS_MAX} steps`)
  }
  const written = new Set(['__error__', '__error_details__', ...expressions.flatMap(({name}) => [name, `${name}_extracted`])])
  return {
    kind: 'parser',
    text,
    needsLine: true,
    changesLine: false,
    narrows: false,
    needs: parserNeeds,
    writes: name => written.has(name),
    create: after => new JsonPaths(expressions, after),
  }
}

class JsonPaths implements Stage {
  readonly #names: readonly string[]
  readonly #scan: JsonPathScan

  constructor(expressions: readonly PathExpression[], after: Names) {
    // Broken values are errors, so when these are asked for all paths must be read.
    const errors = hasName(after, '__error__') || hasName(after, '__error_details__')
    const used = errors ? expressions : expressions.filter(({name}) => wants(after, name))
    this.#names = used.map(({name}) => name)
    this.#scan = new JsonPathScan(used.map(({path}) => path))
  }

  apply(batch: Batch): void {
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selected[i]!
      batch.openLine(row)
      const {lineBuffer, lineStart, lineEnd} = batch
      if (lineStart === lineEnd) continue
      const first = lineBuffer[lineStart]
      if (first !== OPEN_OBJECT && first !== OPEN_ARRAY && first !== QUOTE) {
        batch.errors.set(row, 'JSONParserErr')
        continue
      }
      if (this.#names.length === 0) continue
      const error = this.#scan.line(lineBuffer, lineStart, lineEnd)
      if (error !== 0) batch.errors.set(row, 'JSONParserErr', JSON_DETAILS[error])
      this.#write(batch, row)
    }
  }

  #write(batch: Batch, row: number): void {
    const {found, starts, ends, forms} = this.#scan
    for (const [number, name] of this.#names.entries()) {
      if (found[number] === 0) continue
      const column = batch.target(name).overwrite(row)
      const start = starts[number]!
      const end = ends[number]!
      if (forms[number] === HIGH && isClean(batch.lineBuffer, start, end)) batch.putSpan(column, row, start, end)
      else column.setText(row, valueText(batch.lineBuffer, start, end, forms[number]!, 'json'))
    }
    for (const [number, name] of this.#names.entries()) {
      if (found[number] === 0 && !isPresent(batch, name, row)) batch.column(name).setText(row, '')
    }
  }
}

function isPresent(batch: Batch, name: string, row: number): boolean {
  const parsed = batch.parsed(name)
  if (parsed?.written(row)) return parsed.has(row)
  if (batch.isErased(name, row)) return false
  return labelValue(batch.stream, name) !== undefined || batch.hasMeta(name, row)
}
