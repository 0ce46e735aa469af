import {afterEach, describe, expect, test} from 'vitest'
import {createWorkerPool, type WorkerPool} from '../../src/worker/index.ts'

type Calls = {
  echo: {args: unknown; result: unknown}
  later: {args: {ms: number; value: string}; result: string}
  buffer: {args: undefined; result: Uint8Array}
  fail: {args: undefined; result: never}
  bug: {args: undefined; result: never}
  unclonable: {args: undefined; result: unknown}
  die: {args: undefined; result: never}
  exit: {args: undefined; result: never}
  spin: {args: undefined; result: never}
}

describe('worker pool', () => {
  let pool: WorkerPool<Calls> | undefined
  const crashes: string[] = []
  const open = (count: number, data: unknown = null, pings = {everyMs: 5000, missedMax: 12}): WorkerPool<Calls> => {
    crashes.length = 0
    const entry = new URL('./fixtures/calls.mjs', import.meta.url)
    pool = createWorkerPool<Calls>({entry, count, data, name: 'test worker', pings, onCrash: message => crashes.push(message)})
    return pool
  }
  afterEach(() => pool?.close())

  test('answers calls in any order, shares and transfers buffers', async () => {
    const {call} = open(1)
    const flag = new Int32Array(new SharedArrayBuffer(8), 4, 1)
    flag[0] = 5
    const [slow, fast, shared] = await Promise.all([
      call(0, 'later', {ms: 30, value: 'slow'}),
      call(0, 'later', {ms: 0, value: 'fast'}),
      call(0, 'echo', {flag}),
    ])
    expect([slow, fast]).toEqual(['slow', 'fast'])
    const seen = (shared as {flag: Int32Array}).flag
    flag[0] = 9
    expect(seen[0]).toBe(9)
    expect(await call(0, 'buffer', undefined)).toEqual(new Uint8Array([1, 2, 3]))
  })

  test('failures keep their code, bugs become INTERNAL', async () => {
    const {call} = open(1)
    await expect(call(0, 'fail', undefined)).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: 'too much',
      retryAfterSeconds: 3,
      status: 503,
    })
    await expect(call(0, 'bug', undefined)).rejects.toMatchObject({code: 'INTERNAL', message: expect.stringContaining('oops')})
    await expect(call(0, 'unclonable', undefined)).rejects.toMatchObject({code: 'INTERNAL'})
    await expect(call(0, 'echo', () => 1)).rejects.toThrow()
    expect(await call(0, 'echo', 'still there')).toBe('still there')
  })

  test('a worker that never comes back is ended and replaced; one that only waits is not', async () => {
    const {call} = open(2, null, {everyMs: 100, missedMax: 50})
    const waiting = call(1, 'later', {ms: 6000, value: 'fine'})
    await expect(call(0, 'spin', undefined)).rejects.toMatchObject({code: 'INTERNAL', message: 'test worker 1 ended: it did not answer'})
    expect(crashes).toEqual(['test worker 1 ended: it did not answer'])
    await expect.poll(() => call(0, 'echo', 'back').catch(() => 'not yet'), {timeout: 10_000}).toBe('back')
    expect(await waiting).toBe('fine')
  })

  test.each(['die', 'exit'] as const)('a worker that ends (%s) fails its calls and is replaced; the others go on', async how => {
    const {call} = open(2)
    const other = call(1, 'later', {ms: 50, value: 'fine'})
    const waiting = call(0, 'later', {ms: 60_000, value: ''})
    const dying = call(0, how, undefined)
    await expect(dying).rejects.toMatchObject({code: 'INTERNAL', message: expect.stringContaining('test worker 1 ended')})
    await expect(waiting).rejects.toMatchObject({code: 'INTERNAL'})
    expect(await other).toBe('fine')
    expect(crashes.length).toBe(1)
    await expect.poll(() => call(0, 'echo', 'back').catch(() => 'not yet'), {timeout: 10_000}).toBe('back')
  })

  test('a worker that cannot start fails the calls with its reason', async () => {
    const {call} = open(1, 'dies at start')
    await expect(call(0, 'echo', 1)).rejects.toMatchObject({code: 'INTERNAL', message: expect.stringContaining('cannot start')})
  })

  test('calls of a closed pool fail', async () => {
    const {call, close} = open(1)
    const waiting = call(0, 'later', {ms: 60_000, value: ''})
    const closing = close()
    await expect(waiting).rejects.toMatchObject({code: 'INTERNAL'})
    await closing
    await expect(call(0, 'echo', 1)).rejects.toMatchObject({code: 'INTERNAL'})
  })
})
