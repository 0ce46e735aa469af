/*
 * What every object store must do; a new implementation is run through this before anything is built on it.
 */
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {Failure} from '../../../src/model/index.ts'
import type {ObjectStore} from '../../../src/store/object/index.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (b: Uint8Array | undefined): string | undefined => (b === undefined ? undefined : new TextDecoder().decode(b))

export function objectStoreConformance(name: string, open: () => Promise<{store: ObjectStore; dispose: () => Promise<void>}>): void {
  describe(`object store: ${name}`, () => {
    let store: ObjectStore
    let dispose: () => Promise<void>
    beforeEach(async () => {
      ;({store, dispose} = await open())
    })
    afterEach(() => dispose())

    it('gives back what was put, and the newest of several', async () => {
      await store.put('a/b/one', bytes('first'))
      expect(text((await store.get('a/b/one'))?.bytes)).toBe('first')
      await store.put('a/b/one', bytes('second'))
      expect(text((await store.get('a/b/one'))?.bytes)).toBe('second')
      expect(await store.size('a/b/one')).toBe(6)
      await store.put('empty', new Uint8Array(0))
      expect((await store.get('empty'))?.bytes.length).toBe(0)
      expect(await store.size('empty')).toBe(0)
    })

    it('takes bodies in pieces', async () => {
      await store.put('pieces', [bytes('ab'), new Uint8Array(0), bytes('cde')])
      expect(text((await store.get('pieces'))?.bytes)).toBe('abcde')
      async function* later(): AsyncGenerator<Uint8Array> {
        for (const piece of ['x', 'yz']) yield await Promise.resolve(bytes(piece))
      }
      await store.put('later', later())
      expect(text((await store.get('later'))?.bytes)).toBe('xyz')
    })

    it('keeps the old object when a body fails half-way', async () => {
      await store.put('half', bytes('old'))
      function* broken(): Generator<Uint8Array> {
        yield bytes('ne')
        throw new Error('source broke')
      }
      await expect(store.put('half', broken())).rejects.toThrow('source broke')
      await expect(store.putIfAbsent('half2', broken())).rejects.toThrow('source broke')
      expect(text((await store.get('half'))?.bytes)).toBe('old')
      expect(await store.list('')).toEqual(['half'])
    })

    it('knows what is missing', async () => {
      expect(await store.get('no/such')).toBeUndefined()
      expect(await store.size('no/such')).toBeUndefined()
      await store.delete('no/such')
      const failure = await (async () => store.getRange('no/such', 0, 1))().catch((e: unknown) => e)
      expect(Failure.is(failure, 'STORAGE') && failure.message).toContain('no/such')
    })

    it('answers ranges and tails', async () => {
      await store.put('range', bytes('0123456789'))
      const range = async (offset: number, length: number) => text(await store.getRange('range', offset, length))
      expect(await range(0, 4)).toBe('0123')
      expect(await range(3, 2)).toBe('34')
      expect(await range(8, 10)).toBe('89')
      expect(await range(10, 5)).toBe('')
      expect(await range(99, 5)).toBe('')
      expect(await range(-3, 3)).toBe('789')
      expect(await range(-3, 2)).toBe('78')
      expect(await range(-100, 100)).toBe('0123456789')
      expect(await range(4, 0)).toBe('')
    })

    it('creates only what is absent, also when many try at once', async () => {
      expect(await store.putIfAbsent('once', bytes('1'))).toBe(true)
      expect(await store.putIfAbsent('once', bytes('2'))).toBe(false)
      expect(text((await store.get('once'))?.bytes)).toBe('1')
      const won = await Promise.all(Array.from({length: 8}, (_, i) => store.putIfAbsent('race', bytes(String(i)))))
      expect(won.filter(Boolean).length).toBe(1)
      expect(text((await store.get('race'))?.bytes)).toBe(String(won.indexOf(true)))
    })

    it('replaces only what is unchanged', async () => {
      await store.put('m', bytes('v1'))
      const first = await store.get('m')
      const replaced = await store.replaceIfUnchanged('m', first!.version, bytes('v2'))
      expect(replaced).not.toBe('conflict')
      const second = await store.get('m')
      expect(replaced).toEqual({version: second!.version})
      expect(second!.version).not.toBe(first!.version)
      expect(await store.replaceIfUnchanged('m', first!.version, bytes('v3'))).toBe('conflict')
      expect(text((await store.get('m'))?.bytes)).toBe('v2')
      expect(await store.replaceIfUnchanged('gone', first!.version, bytes('x'))).toBe('conflict')
      expect(await store.get('gone')).toBeUndefined()
    })

    it('lets exactly one of many conditional replaces win, so that counting by retry loses nothing', async () => {
      await store.put('count', bytes('0'))
      const add = async (): Promise<void> => {
        for (;;) {
          const {bytes: now, version} = (await store.get('count'))!
          if ((await store.replaceIfUnchanged('count', version, bytes(String(Number(text(now)) + 1)))) !== 'conflict') return
        }
      }
      await Promise.all(Array.from({length: 6}, add))
      expect(text((await store.get('count'))?.bytes)).toBe('6')
    })

    it('lists by prefix in order', async () => {
      for (const key of ['t2/x', 't/2026/b.part', 't/2026/a.part', 't/2025/a.part', 't/2026-x']) await store.put(key, bytes('x'))
      expect(await store.list('')).toEqual(['t/2025/a.part', 't/2026-x', 't/2026/a.part', 't/2026/b.part', 't2/x'])
      expect(await store.list('t/2026/')).toEqual(['t/2026/a.part', 't/2026/b.part'])
      expect(await store.list('t/2026')).toEqual(['t/2026-x', 't/2026/a.part', 't/2026/b.part'])
      expect(await store.list('t/2026/a')).toEqual(['t/2026/a.part'])
      expect(await store.list('none')).toEqual([])
    })

    it('deletes, and then nothing is left to read', async () => {
      await store.put('d', bytes('1234'))
      expect(text(await store.getRange('d', 1, 2))).toBe('23')
      await store.delete('d')
      expect(await store.get('d')).toBeUndefined()
      await expect((async () => store.getRange('d', 1, 2))()).rejects.toThrow('object d')
      expect(await store.list('')).toEqual([])
      await store.put('d', bytes('new'))
      expect(text(await store.getRange('d', 0, 9))).toBe('new')
    })

    it.each(['', '/', 'a//b', '../x', 'a/../../x', '.', 'a/.', '.hidden', 'a\\b', 'a b', 'a\0b', 'ü', '/abs', 'a/', 'x'.repeat(300)])(
      'refuses the name %j',
      async key => {
        await expect(store.put(key, bytes('x'))).rejects.toThrow('bad object name')
        await expect(store.get(key)).rejects.toThrow('bad object name')
        await expect(store.delete(key)).rejects.toThrow('bad object name')
        await expect((async () => store.getRange(key, 0, 1))()).rejects.toThrow('bad object name')
      },
    )
  })
}
