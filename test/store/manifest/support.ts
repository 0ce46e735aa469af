import {partKey} from '../../../src/store/manifest/index.ts'
import {manifestKey} from '../../../src/store/manifest/keys.ts'
import type {Manifest} from '../../../src/store/manifest/manifest.ts'

export {describeManifest} from '../../../src/store/manifest/index.ts'

const ID = 'm00000001-00000012-x'

export const MANIFEST: Manifest = {
  tenant: 'te·nt',
  day: 20_415,
  revision: 7,
  flushedThrough: 12,
  parts: [
    {
      firstGeneration: 1,
      lastGeneration: 12,
      part: {
        key: partKey('te·nt', 20_415, ID),
        id: ID,
        day: 20_415,
        minNs: 1_000_000_005,
        maxNs: 86_399_999_999_999,
        rows: 10,
        streams: 2,
        lineBytes: 3000,
        metaBytes: 1500,
        rawBytes: 5000,
        size: 1000,
        codec: 'zstd',
        level: 1,
        createdNs: '1764000000000000000',
      },
    },
  ],
}

export function manifestKeyOf({tenant, day}: Manifest): string {
  return manifestKey(tenant, day)
}
