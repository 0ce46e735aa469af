import type {MaybePromise} from '../../model/index.ts'

/** `then` that stays synchronous when the value is there: a local read must not cost a turn of the event loop. */
export function after<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}
