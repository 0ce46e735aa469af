export {createIngest, type Ingest, type IngestDeps, type IngestObserver, type PushAnswer, type PushRequest} from './ingest.ts'
export {encodePush, type OutgoingEntry, type OutgoingStream} from './proto-writer.ts'
export type {Admission, Ticket} from './admission.ts'
export type {DiscardReason} from './texts.ts'
