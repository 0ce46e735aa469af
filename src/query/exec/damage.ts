/*
 * Damaged data does not fail a query: what can be read is the answer, and the answer says what could not.
 */
import {Failure, type MaybePromise} from '../../model/index.ts'
import type {StoreProblem} from '../../store/index.ts'

// Enough to see what is wrong; a damaged disk must not make a huge answer.
const PROBLEMS_MAX = 100

/** Runs a step over one chunk; when the chunk is damaged that is noted, and the step counts as done. Other failures pass. */
export function tolerate(problems: StoreProblem[], step: () => MaybePromise<void>): MaybePromise<void> {
  const note = (error: unknown): void => {
    if (!Failure.is(error, 'CORRUPTION')) throw error
    if (problems.length < PROBLEMS_MAX) problems.push({object: '', message: error.message})
  }
  try {
    const done = step()
    return done instanceof Promise ? done.catch(note) : done
  } catch (error) {
    return note(error)
  }
}

/** Each problem once, as a warning of the answer. */
export function warningsOf(problems: readonly StoreProblem[]): string[] {
  const texts = problems.map(({object, message}) => (object === '' || message.includes(object) ? message : `${object}: ${message}`))
  return [...new Set(texts)].map(text => `the answer is incomplete: ${text}`)
}
