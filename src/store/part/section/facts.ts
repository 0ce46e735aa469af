import {NS_PER_DAY} from '../../../model/index.ts'
import type {ByteReader} from '../byte-reader.ts'
import type {ByteWriter} from '../byte-writer.ts'

/** What a part says about itself; the manifest has the same numbers. */
export type PartFacts = {
  readonly tenant: string
  readonly day: number
  /** First and last entry, ns of the day, both inclusive. */
  readonly minNs: number
  readonly maxNs: number
  readonly rows: number
  readonly streams: number
  readonly chunks: number
  readonly lineBytes: number
  readonly metaBytes: number
  /** About what the rows weigh as push protobuf. */
  readonly rawBytes: number
}

// facts := tenant:text day:svarint minNs:uvarint span:uvarint rows:uvarint streams:uvarint chunks:uvarint
//          lineBytes:uvarint metaBytes:uvarint rawBytes:uvarint                                (docs/FORMAT.md § facts)

export function writeFacts(w: ByteWriter, facts: PartFacts): void {
  w.text(facts.tenant)
  w.svarint(facts.day)
  w.uvarint(facts.minNs)
  w.uvarint(facts.maxNs - facts.minNs)
  w.uvarint(facts.rows)
  w.uvarint(facts.streams)
  w.uvarint(facts.chunks)
  w.uvarint(facts.lineBytes)
  w.uvarint(facts.metaBytes)
  w.uvarint(facts.rawBytes)
}

export function readFacts(r: ByteReader): PartFacts {
  const tenant = r.text()
  const day = r.svarint()
  const minNs = r.uvarint()
  const facts: PartFacts = {
    tenant,
    day,
    minNs,
    maxNs: minNs + r.uvarint(),
    rows: r.uvarint(),
    streams: r.uvarint(),
    chunks: r.uvarint(),
    lineBytes: r.uvarint(),
    metaBytes: r.uvarint(),
    rawBytes: r.uvarint(),
  }
  if (facts.maxNs >= NS_PER_DAY || facts.rows === 0) r.fail('it makes no sense')
  r.end()
  return facts
}
