/*
 * Typed calls between threads: what the messages are.
 *
 *   main ─ {id, call, args} ─▶ worker ─ {id, result} or {id, failure} or {id, bug} ─▶ main
 *
 * Calls are answered in any order. Failures keep their code across the border; anything else thrown is a bug and arrives as INTERNAL.
 */
import type {FailureWire, MaybePromise} from '../model/index.ts'

/** One line per call: `scan: {args: ScanRequest; result: ScanBatch}`. Arguments and results are structured-cloneable. */
export type CallTable = Record<string, {args: unknown; result: unknown}>

/** A result together with buffers that are handed over instead of copied. */
export class Transferred<T> {
  readonly value: T
  readonly buffers: readonly ArrayBuffer[]

  constructor(value: T, buffers: readonly ArrayBuffer[]) {
    this.value = value
    this.buffers = buffers
  }
}

/** The compiler demands one for every call of the table. */
export type Handlers<C extends CallTable> = {
  readonly [K in keyof C]: (args: C[K]['args']) => MaybePromise<C[K]['result'] | Transferred<C[K]['result']>>
}

/** Answered by every worker, to show that its event loop turns. */
export const PING = {id: 0, call: 'ping', args: undefined} as const

export type Request = {readonly id: number; readonly call: string; readonly args: unknown}
export type Reply =
  | {readonly id: number; readonly result: unknown}
  | {readonly id: number; readonly failure: FailureWire}
  | {readonly id: number; readonly bug: string}
