/*
 * Names of objects.
 *
 *   <tenant>/<yyyy-mm-dd>/manifest            live parts of the tenant and day
 *   <tenant>/<yyyy-mm-dd>/manifest.damaged    a manifest that could not be read, kept as it was found
 *   <tenant>/<yyyy-mm-dd>/<id>.part           id: g<generation>-<random> from a flush, m<first>-<last>-<random> from a merge
 *
 * A tenant's segment is its name with everything but small letters, digits, `_`, `-` and `.` escaped, capitals as `+a`, so that names that
 * differ only in case stay apart on every file system. Very long ones become a hash; the manifest has the true name.
 */
import {createHash} from 'node:crypto'
import {dayName} from '../../model/index.ts'

const SEGMENT_LENGTH_MAX = 200

export type ObjectName =
  | {readonly kind: 'manifest' | 'damaged'; readonly folder: string}
  | {readonly kind: 'part'; readonly folder: string; readonly lastGeneration: number}

export function tenantSegment(tenant: string): string {
  let text = ''
  for (const byte of new TextEncoder().encode(tenant)) {
    const char = String.fromCharCode(byte)
    if (/[a-z0-9_-]/.test(char) || (char === '.' && text !== '')) text += char
    else if (/[A-Z]/.test(char)) text += `+${char.toLowerCase()}`
    else text += `%${byte.toString(16).padStart(2, '0')}`
  }
  if (text.length <= SEGMENT_LENGTH_MAX) return text === '' ? '%' : text
  return `=${createHash('sha256').update(tenant).digest('hex')}`
}

export function dayFolder(tenant: string, day: number): string {
  return `${tenantSegment(tenant)}/${dayName(day)}`
}

export function manifestKey(tenant: string, day: number): string {
  return `${dayFolder(tenant, day)}/manifest`
}

export function damagedKey(folder: string): string {
  return `${folder}/manifest.damaged`
}

export function partKey(tenant: string, day: number, id: string): string {
  return `${dayFolder(tenant, day)}/${id}.part`
}

/** @param random text that no other part of the generation has */
export function flushedPartId(generation: number, random: string): string {
  return `g${pad(generation)}-${random}`
}

export function mergedPartId(first: number, last: number, random: string): string {
  return `m${pad(first)}-${pad(last)}-${random}`
}

export function parseObjectName(key: string): ObjectName | undefined {
  const match = /^([^/]+\/-?[\d-]+)\/(?:(manifest)|(manifest\.damaged)|(?:g(\d+)|m\d+-(\d+))-[^/]+\.part)$/.exec(key)
  if (match === null) return undefined
  const folder = match[1]!
  if (match[2] !== undefined) return {kind: 'manifest', folder}
  if (match[3] !== undefined) return {kind: 'damaged', folder}
  return {kind: 'part', folder, lastGeneration: Number(match[4] ?? match[5])}
}

function pad(generation: number): string {
  return String(generation).padStart(8, '0')
}
