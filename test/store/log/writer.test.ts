import {describe, expect, test} from 'vitest'
import type {Failure} from '../../../src/model/index.ts'
import {compareLogNames, LogWriter, parseLogName, replayLog, type LogPush} from '../../../src/store/log/index.ts'
import {diskError, MemoryFolder} from './memory-folder.ts'

class Definitions {
  readonly logged = new Set<number>()

  labels(slot: number) {
    return [{name: 'slot', value: String(slot)}]
  }

  isLogged(slot: number): boolean {
    return this.logged.has(slot)
  }

  setLogged(slot: number, logged: boolean): void {
    if (logged) this.logged.add(slot)
    else this.logged.delete(slot)
  }
}

/** Appends numbered pushes and notes how each settled. */
class Client {
  readonly settled: string[] = []
  readonly #writer: LogWriter
  readonly #definitions = new Map<number, Definitions>()
  #next = 0

  constructor(writer: LogWriter) {
    this.#writer = writer
  }

  append(generation = 1, slot = 0, bytes = 1): Promise<Failure | undefined> {
    const number = this.#next++
    const definitions = this.#definitions.get(generation) ?? new Definitions()
    this.#definitions.set(generation, definitions)
    return new Promise(resolve => {
      const push: LogPush = {
        generation,
        tenant: 't',
        slots: Uint32Array.of(slot),
        definitions,
        rows: 1,
        levels: Uint8Array.of(0),
        wire: new Uint8Array(bytes).fill(number),
        settle: failure => {
          this.settled.push(`${number} ${failure === undefined ? 'ok' : failure.code}`)
          resolve(failure)
        },
      }
      this.#writer.append(push)
    })
  }
}

/** `stream 0`, `push 0: 5 5` per record of all files. */
async function logged(folder: MemoryFolder): Promise<string[]> {
  const out: string[] = []
  for (const {name} of [...folder.files.keys()].map(name => parseLogName(name)!).sort(compareLogNames)) {
    out.push(name)
    const damages = await replayLog(folder, name, Number.parseInt(name, 10), {
      stream: ({slot}) => void out.push(`stream ${slot}`),
      push: ({slots, wire}) => void out.push(`push ${slots.join()}: ${wire[0]}`),
    })
    expect(damages).toEqual([])
  }
  return out
}

describe('log writer', () => {
  test('pushes that arrive while a sync runs share the next', async () => {
    const folder = new MemoryFolder()
    const writer = new LogWriter({folder})
    const client = new Client(writer)
    await Promise.all(Array.from({length: 20}, () => client.append()))
    expect(writer.stats).toMatchObject({groups: 1, pushes: 20, queueBytes: 0})
    const first = client.append()
    await new Promise(resolve => {
      setImmediate(resolve)
    })
    await Promise.all([first, ...Array.from({length: 5}, () => client.append())])
    expect(writer.stats.groups).toBe(3)
    expect(folder.operations.filter(operation => operation.startsWith('datasync')).length).toBe(3)
    expect(client.settled).toEqual(Array.from({length: 26}, (_, i) => `${i} ok`))
    await writer.close()
  })

  test('a generation has its own file; streams are defined once in each', async () => {
    const folder = new MemoryFolder()
    const writer = new LogWriter({folder})
    const client = new Client(writer)
    await Promise.all([client.append(3, 0), client.append(3, 1), client.append(3, 0), client.append(4, 1), client.append(4, 1)])
    await writer.close()
    const third = ['00000003.log', 'stream 0', 'push 0: 0', 'stream 1', 'push 1: 1', 'push 0: 2']
    const fourth = ['00000004.log', 'stream 1', 'push 1: 3', 'push 1: 4']
    expect(await logged(folder)).toEqual([...third, ...fourth])
  })

  test('full disk: the group fails, the file is cut back and goes on when space returns', async () => {
    const folder = new MemoryFolder()
    const writer = new LogWriter({folder})
    const client = new Client(writer)
    await client.append(1, 0)
    const before = folder.files.get('00000001.log')!.length
    folder.room = 70
    const failures = await Promise.all([client.append(1, 1), client.append(1, 1)])
    for (const failure of failures)
      expect(failure).toMatchObject({code: 'STORAGE', status: 503, message: 'cannot write the log (00000001.log): no space left'})
    expect(folder.files.get('00000001.log')!.length).toBe(before)
    await client.append(1, 1)
    folder.room = Infinity
    await client.append(1, 1)
    await writer.close()
    expect(client.settled).toEqual(['0 ok', '1 STORAGE', '2 STORAGE', '3 STORAGE', '4 ok'])
    expect(await logged(folder)).toEqual(['00000001.log', 'stream 0', 'push 0: 0', 'stream 1', 'push 1: 4'])
  })

  test.each(['datasync', 'writev', 'truncate after writev'])(
    'an input/output error at %s: a new file, nothing of the group comes back',
    async at => {
      const folder = new MemoryFolder()
      const writer = new LogWriter({folder})
      const client = new Client(writer)
      await client.append(1, 0)
      let armed = true
      folder.fault = operation => {
        if (armed && (at === operation || (at.endsWith('writev') && operation === 'datasync'))) {
          armed = at === 'truncate after writev'
          throw diskError('EIO')
        }
        if (at === 'truncate after writev' && operation === 'truncate') {
          armed = false
          throw diskError('EIO')
        }
      }
      expect(await client.append(1, 2)).toMatchObject({code: 'STORAGE'})
      folder.fault = () => undefined
      expect(await client.append(1, 2)).toBe(undefined)
      await writer.close()
      const records = await logged(folder)
      expect(records.slice(-3)).toEqual(['00000001-1.log', 'stream 2', 'push 2: 2'])
      // Where even the cut fails, the push may come back: it was never acknowledged, and a retry of it is the same entry.
      if (at !== 'truncate after writev') expect(records).not.toContain('push 2: 1')
      expect(writer.stats).toMatchObject({failedGroups: 1})
    },
  )

  test('a disk that fails for long does not leave a file per group', async () => {
    const folder = new MemoryFolder()
    const writer = new LogWriter({folder})
    const client = new Client(writer)
    await client.append(1, 0)
    folder.fault = operation => {
      if (operation === 'datasync') throw diskError('EIO')
    }
    for (let i = 0; i < 20; i++) expect(await client.append(1, 0)).toMatchObject({code: 'STORAGE'})
    expect(folder.files.size).toBeLessThanOrEqual(2)
    folder.fault = () => undefined
    expect(await client.append(1, 0)).toBe(undefined)
    await writer.close()
    expect(await logged(folder)).toEqual(['00000001.log', 'stream 0', 'push 0: 0', '00000001-1.log', 'push 0: 21'])
  })

  test('a file that cannot be created fails its pushes; later ones are tried again', async () => {
    const folder = new MemoryFolder()
    const writer = new LogWriter({folder})
    const client = new Client(writer)
    folder.fault = operation => {
      if (operation === 'create') throw diskError('EMFILE')
    }
    expect(await client.append()).toMatchObject({code: 'STORAGE'})
    folder.fault = () => undefined
    expect(await client.append()).toBe(undefined)
    await writer.close()
    expect(await logged(folder)).toEqual(['00000001.log', 'stream 0', 'push 0: 1'])
  })

  test('the queue is bounded; a closed log takes nothing', async () => {
    const folder = new MemoryFolder()
    const writer = new LogWriter({folder, queueBytesMax: 1000, groupBytesMax: 500})
    const client = new Client(writer)
    const appends = [client.append(1, 0, 400), client.append(1, 0, 400)]
    expect(() => writer.checkRoom(400)).toThrow(expect.objectContaining({code: 'OVERLOADED', retryAfterSeconds: 1}))
    await Promise.all(appends)
    writer.checkRoom(5000)
    expect(writer.stats).toMatchObject({groups: 2, queueBytes: 0})
    const last = client.append(1, 0, 10)
    const closing = writer.close()
    expect(() => writer.checkRoom(1)).toThrow(expect.objectContaining({code: 'STORAGE'}))
    await closing
    expect(await last).toBe(undefined)
  })
})
