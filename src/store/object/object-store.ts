/*
 * Where parts and manifests live: named, immutable-or-replaced-whole byte objects. Seven verbs, so that a local directory
 * and a bucket look the same; nothing above may assume a file system.
 *
 * Keys are `/`-separated segments of letters, digits and `._-=+@%,`; no segment starts with a dot ({@link checkObjectKey}).
 * Every failure is a Failure STORAGE that names the object; an object that should be there and is not, too.
 */
import {Failure, type MaybePromise} from '../../model/index.ts'

export type ObjectBody = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** Opaque; equal versions mean equal bytes. */
export type ObjectVersion = string

export interface ObjectStore {
  /** Creates or replaces. Durable when it resolves; readers see the old bytes or the new, never a mix. */
  put(key: string, body: ObjectBody): Promise<void>
  /** Creates only. @returns false, with nothing changed, when the object exists. */
  putIfAbsent(key: string, body: ObjectBody): Promise<boolean>
  /**
   * Replaces the object if it still has that version, atomically among the callers of this store.
   * @returns the new version, or 'conflict' (also when the object is gone) with nothing changed.
   */
  replaceIfUnchanged(key: string, version: ObjectVersion, body: Uint8Array): Promise<{version: ObjectVersion} | 'conflict'>
  /** The whole object, owned by the caller; undefined when there is none. */
  get(key: string): Promise<{bytes: Uint8Array; version: ObjectVersion} | undefined>
  /**
   * Bytes [offset, offset + length), owned by the caller; a negative offset counts from the end (the tail).
   * Shorter than asked only where the object ends (or, for a tail, is smaller than that).
   * Objects read this way must not be replaced while they are read: an open object may answer with its old bytes.
   */
  getRange(key: string, offset: number, length: number): MaybePromise<Uint8Array>
  /** In bytes; undefined when there is no such object. */
  size(key: string): Promise<number | undefined>
  /** Keys that start with the prefix, ascending by UTF-16 code unit. */
  list(prefix: string): Promise<string[]>
  /** Deleting what does not exist is fine. */
  delete(key: string): Promise<void>
  close(): Promise<void>
}

/** Longest key and longest segment, in characters: what every file system and bucket takes. */
export const OBJECT_KEY_LENGTH_MAX = 900
export const OBJECT_SEGMENT_LENGTH_MAX = 240

const SEGMENT = /^[A-Za-z0-9_\-=+@%,][A-Za-z0-9._\-=+@%,]*$/

/** @throws {Failure} STORAGE when the key could mean something else to a file system or a bucket. */
export function checkObjectKey(key: string): void {
  if (key.length > OBJECT_KEY_LENGTH_MAX) throw badKey(key, 'too long')
  for (const segment of key.split('/')) {
    if (segment.length > OBJECT_SEGMENT_LENGTH_MAX) throw badKey(key, 'a segment is too long')
    if (!SEGMENT.test(segment)) throw badKey(key, `bad segment ${JSON.stringify(segment)}`)
  }
}

function badKey(key: string, why: string): Failure {
  return new Failure('STORAGE', `bad object name ${JSON.stringify(key.slice(0, 100))}: ${why}`)
}
