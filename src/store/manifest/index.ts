export {dayFolder, flushedPartId, mergedPartId, parseObjectName, partKey} from './keys.ts'
export {describeManifest, type Manifest, type ManifestPart} from './manifest.ts'
export {Manifests, type DayProblem} from './manifests.ts'
