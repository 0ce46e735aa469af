/*
 * A query engine in this process answers; its answers go through the API's encoding, as they would over HTTP.
 */
import {encodeAnswer} from '../../../src/api/encode.ts'
import {Failure} from '../../../src/model/index.ts'
import type {QueryAnswer, QueryEngine} from '../../../src/query/index.ts'
import {asker} from '../../query/support/fake-engine.ts'
import {dataText, failureText, readText} from './answer.ts'
import type {Evaluation} from './parse.ts'
import type {Target} from './run.ts'

export function engineTarget(engine: QueryEngine, tenant: string, limits: Readonly<Record<string, string>> = {}): Target {
  return {ask: async evaluation => readText(await engineAnswer(engine, tenant, evaluation, limits))}
}

/** As {@link httpAnswer}. */
export async function engineAnswer(
  engine: QueryEngine,
  tenant: string,
  evaluation: Evaluation,
  limits: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const flags = evaluation.categorized && evaluation.kind !== 'instant' ? ['categorize-labels'] : []
    const body = [...encodeAnswer(await ask(engine, {...asker(limits), tenant}, evaluation), flags)].join('')
    return dataText(body)
  } catch (error) {
    if (!Failure.is(error)) throw error
    return failureText(error.status, error.message)
  }
}

async function ask(engine: QueryEngine, who: ReturnType<typeof asker>, evaluation: Evaluation): Promise<QueryAnswer> {
  const {query, fromNs, toNs, stepNs, limit, direction, intervalNs, categorized} = evaluation
  if (evaluation.kind === 'instant') return engine.queryInstant({...who, query, timeNs: toNs})
  return engine.queryRange({...who, query, startNs: fromNs, endNs: toNs, stepNs, limit, direction, intervalNs, categorize: categorized})
}
