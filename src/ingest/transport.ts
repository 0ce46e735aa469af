/*
 * What the headers of a push say about its body: protobuf or JSON, and the outer compression, which is taken off here.
 * Inflating stops at the limit, before memory for more is taken.
 */
import {createGunzip, createInflateRaw} from 'node:zlib'
import {Failure, quote} from '../model/index.ts'
import type {Ticket} from './admission.ts'
import {tooLarge} from './texts.ts'

export type BodyKind = 'protobuf' | 'json'

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+(\/[\w!#$%&'*+.^`|~-]+)?$/

/** No content type is protobuf, as in Loki's documentation. @throws {Failure} BAD_REQUEST when it is no media type. */
export function bodyKind(contentType: string | undefined): BodyKind {
  const media = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (media === '' && (contentType ?? '').trim() === '') return 'protobuf'
  if (!MEDIA_TYPE.test(media)) throw new Failure('BAD_REQUEST', `mime: invalid media type ${quote(contentType ?? '')}`)
  return media === 'application/json' ? 'json' : 'protobuf'
}

/**
 * The body without gzip or deflate (raw, RFC 1951). Bytes beyond the body's are added to the ticket as they appear.
 * @throws {Failure} BAD_REQUEST for unknown encodings and corrupt bodies, TOO_LARGE, OVERLOADED
 */
export async function decodeBody(
  body: Uint8Array,
  contentEncoding: string | undefined,
  sizeMax: number,
  ticket: Ticket,
): Promise<Uint8Array> {
  const encoding = (contentEncoding ?? '').trim().toLowerCase()
  if (encoding !== '' && encoding !== 'snappy' && encoding !== 'gzip' && encoding !== 'deflate') {
    throw new Failure('BAD_REQUEST', `Content-Encoding ${quote(contentEncoding ?? '')} not supported`)
  }
  if (encoding === 'gzip' || encoding === 'deflate') return inflate(body, encoding, sizeMax, ticket)
  if (body.length > sizeMax) throw new Failure('TOO_LARGE', tooLarge(body.length, sizeMax))
  return body
}

async function inflate(body: Uint8Array, encoding: 'gzip' | 'deflate', sizeMax: number, ticket: Ticket): Promise<Uint8Array> {
  const stream = encoding === 'gzip' ? createGunzip({chunkSize: 128 * 1024}) : createInflateRaw({chunkSize: 128 * 1024})
  const chunks: Buffer[] = []
  let size = 0
  try {
    stream.end(body)
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue
      size += chunk.length
      if (size > sizeMax) throw new Failure('TOO_LARGE', tooLarge(size, sizeMax))
      ticket.grow(chunk.length)
      chunks.push(chunk)
    }
  } catch (error) {
    if (Failure.is(error)) throw error
    throw new Failure('BAD_REQUEST', `${encoding}: ${error instanceof Error ? error.message : 'corrupt input'}`, {cause: error})
  } finally {
    stream.destroy()
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size)
}
