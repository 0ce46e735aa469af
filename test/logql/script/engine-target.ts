/*
 * A query engine in this process answers; its answers go through the API's encoding, as they would over HTTP.
 */
import {encodeAnswer} from '../../../src/api/encode.ts'
import {Failure} from '../../../src/model/index.ts'
import type {QueryAnswer, QueryEngine} from '../../../src/query/index.ts'
import {asker} from '../../query/support/fake-engine.ts'
import {readAnswer, type AnswerData} from './answer.ts'
import type {Evaluation} from './parse.ts'
import type {Target} from './run.ts'

export function engineTarget(engine: QueryEngine, limits: Readonly<Record<string, string>> = {}): Target {
  const tenant = asker(limits)
  return {
    ask: async evaluation => {
      try {
        return readAnswer(dataOf(await ask(engine, tenant, evaluation)))
      } catch (error) {
        if (!Failure.is(error)) throw error
        return {type: 'failure', status: error.status, text: error.message}
      }
    },
  }
}

async function ask(engine: QueryEngine, tenant: ReturnType<typeof asker>, evaluation: Evaluation): Promise<QueryAnswer> {
  const {query, fromNs, toNs, stepNs, limit, direction, intervalNs, categorized} = evaluation
  if (evaluation.kind === 'instant') return engine.queryInstant({...tenant, query, timeNs: toNs})
  return engine.queryRange({...tenant, query, startNs: fromNs, endNs: toNs, stepNs, limit, direction, intervalNs, categorize: categorized})
}

export function dataOf(answer: QueryAnswer): AnswerData {
  const {data} = JSON.parse([...encodeAnswer(answer, [])].join('')) as {data: AnswerData}
  return data
}
