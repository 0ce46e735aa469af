export {checkObjectKey, type ObjectBody, type ObjectStore, type ObjectVersion} from './object-store.ts'
