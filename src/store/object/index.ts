export {LocalObjectStore, openLocalObjectStore, type LocalObjectStoreOptions} from './local-object-store.ts'
export {NODE_FILES, type LocalFile, type LocalFiles} from './local-files.ts'
export {checkObjectKey, type ObjectBody, type ObjectStore, type ObjectVersion} from './object-store.ts'
export {errorCode, storageFailure} from './storage-failure.ts'
