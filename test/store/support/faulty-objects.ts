/*
 * An object store in front of another that tells about every change, and can stop answering like a process that died.
 */
import type {ObjectStore} from '../../../src/store/index.ts'

export type Change = {readonly operation: 'put' | 'putIfAbsent' | 'replaceIfUnchanged' | 'delete'; readonly key: string}

export type Hooks = {
  /** Before a change is made; throwing is a crash before it. */
  before?(change: Change): void | Promise<void>
  /** After it is made and before the caller knows; throwing is a lost answer. */
  after?(change: Change): void | Promise<void>
}

export function faultyObjects(inner: ObjectStore, hooks: Hooks): ObjectStore {
  const around = async <T>(change: Change, run: () => Promise<T>): Promise<T> => {
    await hooks.before?.(change)
    const result = await run()
    await hooks.after?.(change)
    return result
  }
  return {
    put: (key, body) => around({operation: 'put', key}, () => inner.put(key, body)),
    putIfAbsent: (key, body) => around({operation: 'putIfAbsent', key}, () => inner.putIfAbsent(key, body)),
    replaceIfUnchanged: (key, version, body) =>
      around({operation: 'replaceIfUnchanged', key}, () => inner.replaceIfUnchanged(key, version, body)),
    delete: key => around({operation: 'delete', key}, () => inner.delete(key)),
    get: key => inner.get(key),
    getRange: (key, offset, length) => inner.getRange(key, offset, length),
    size: key => inner.size(key),
    list: prefix => inner.list(prefix),
    close: () => inner.close(),
  }
}
