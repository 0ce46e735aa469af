/*
 * Runs the evaluations of a script against an engine and compares.
 */
import {expect} from 'vitest'
import {formatLabels} from '../../src/model/index.ts'
import {formatValue, type QueryEngine, type QueryResult} from '../../src/query/index.ts'
import {asker} from '../query/support/fake-engine.ts'
import {parseLabels, type Evaluation} from './script.ts'

const decoder = new TextDecoder()

export async function runEvaluation(engine: QueryEngine, evaluation: Evaluation): Promise<void> {
  const where = `line ${evaluation.lineNumber}: ${evaluation.query}`
  if (evaluation.failure !== undefined) {
    const failure = await ask(engine, evaluation).then(
      () => 'no failure',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    expect(failure, where).toContain(evaluation.failure)
    return
  }
  const result = await ask(engine, evaluation)
  if (evaluation.kind === 'logs') expect(shownStreams(result), where).toEqual(expectedStreams(evaluation))
  else expect(shownSeries(result), where).toEqual(expectedSeries(evaluation))
}

async function ask(engine: QueryEngine, evaluation: Evaluation): Promise<QueryResult> {
  const {query, fromNs, toNs, stepNs, limit, direction, intervalNs} = evaluation
  if (evaluation.kind === 'instant') return (await engine.queryInstant({...asker(), query, timeNs: toNs})).result
  return (await engine.queryRange({...asker(), query, startNs: fromNs, endNs: toNs, stepNs, limit, direction, intervalNs})).result
}

type Shown = Record<string, string[]>

function shownStreams(result: QueryResult): Shown {
  if (result.resultType !== 'streams') throw new Error(`streams wanted, not ${result.resultType}`)
  const texts = result.streams.map(stream => formatLabels(stream.labels))
  expect(texts, 'order of streams').toEqual(texts.toSorted())
  return Object.fromEntries(
    result.streams.map(({labels, entries}) => [formatLabels(labels), entries.map(e => `${e.tsNs} ${decoder.decode(e.line)}`)]),
  )
}

function expectedStreams({streams}: Evaluation): Shown {
  return Object.fromEntries(streams.map(({labels, entries}) => [canonical(labels), entries.map(e => `${e.atNs} ${e.line}`)]))
}

function shownSeries(result: QueryResult): Shown {
  switch (result.resultType) {
    case 'streams':
      throw new Error('no streams wanted')
    case 'scalar':
      return {'': [rounded(formatValue(result.value))]}
    case 'vector':
      return Object.fromEntries(result.samples.map(({labels, value}) => [formatLabels(labels), [rounded(formatValue(value))]]))
    case 'matrix': {
      const {startNs, stepNs} = result.grid
      return Object.fromEntries(
        result.series.map(({labels, steps, values}) => [
          formatLabels(labels),
          Array.from(steps, (step, i) => `${startNs + BigInt(step) * stepNs}=${rounded(formatValue(values[i]!))}`),
        ]),
      )
    }
  }
}

function expectedSeries({series}: Evaluation): Shown {
  return Object.fromEntries(
    series.map(({labels, points}) => [
      labels === '' ? '' : canonical(labels),
      points.map(({atNs, value}) => (atNs === undefined ? rounded(value) : `${atNs}=${rounded(value)}`)),
    ]),
  )
}

/** Values agree to nine digits. */
function rounded(value: string): string {
  const number = Number(value)
  return Number.isFinite(number) ? String(Number(number.toPrecision(9))) : value
}

function canonical(labels: string): string {
  return formatLabels(parseLabels(labels))
}
