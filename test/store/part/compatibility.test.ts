import {crc32} from 'node:zlib'
import {expect, it} from 'vitest'
import {decodeDirectory, decodeFooter, encodeDirectory, encodeFooter, type Section} from '../../../src/store/part/footer.ts'
import {CODEC_NONE, FOOTER_SIZE} from '../../../src/store/part/format.ts'
import {openPart} from '../../../src/store/part/index.ts'
import {bytesOf, FAKE_KERNEL, OPTIONS, readPart, storeOf, writePart} from './support.ts'

it('a section of a kind that is not known is skipped', async () => {
  const streams = [{labels: [{name: 'a', value: 'b'}], rows: [{ns: 5, line: bytesOf('hello'), meta: {}}]}]
  const {bytes} = writePart(streams)
  const footer = decodeFooter(bytes, true, 'k')
  const end = footer.directoryOffset
  const sections = decodeDirectory(bytes.subarray(end, end + footer.directoryLength), footer, {key: 'k', offset: end, what: 'directory'})

  const filters = bytesOf('something of the future')
  const unknown: Section = {
    kind: 99,
    offset: end,
    storedLength: filters.length,
    rawLength: filters.length,
    codec: CODEC_NONE,
    checksum: crc32(filters),
  }
  const directory = encodeDirectory([unknown, ...sections])
  const newFooter = encodeFooter({
    ...footer,
    size: end + filters.length + directory.length + FOOTER_SIZE,
    directoryLength: directory.length,
    directoryChecksum: crc32(directory),
  })
  const extended = new Uint8Array(Buffer.concat([bytes.subarray(0, end), filters, directory, newFooter]))
  const part = await openPart({objects: storeOf(extended), key: OPTIONS.key, kernel: FAKE_KERNEL})
  expect(await readPart(part)).toEqual(streams)
})
