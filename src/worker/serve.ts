/*
 * The worker's side: runs the handler of each call and answers.
 */
import type {MessagePort} from 'node:worker_threads'
import {Failure} from '../model/index.ts'
import {PING, Transferred, type CallTable, type Handlers, type Reply, type Request} from './protocol.ts'

/** Answers calls until the port is closed. Calls run interleaved where handlers wait. */
export function serveCalls<C extends CallTable>(port: MessagePort, handlers: Handlers<C>): void {
  const table = new Map<string, (args: never) => unknown>(Object.entries(handlers))
  const run = async ({id, call, args}: Request): Promise<void> => {
    try {
      if (id === PING.id) return port.postMessage({id, result: undefined} satisfies Reply)
      const handler = table.get(call)
      if (handler === undefined) throw new Error(`no handler for call ${call}`)
      const result = await handler(args as never)
      if (result instanceof Transferred) port.postMessage({id, result: result.value} satisfies Reply, [...result.buffers])
      else port.postMessage({id, result} satisfies Reply)
    } catch (error) {
      port.postMessage(replyOf(id, error))
    }
  }
  port.on('message', (request: Request) => {
    void run(request)
  })
}

function replyOf(id: number, error: unknown): Reply {
  if (Failure.is(error)) return {id, failure: error.toWire()}
  return {id, bug: error instanceof Error ? (error.stack ?? error.message) : String(error)}
}
