/*
 * Where the bytes of a part go: per column, per kind of metadata payload, per section. For `skald inspect` and the benchmark.
 */
import type {Slice} from './section/block-table.ts'
import {FOOTER_SIZE, HEADER_SIZE, SECTION_NAMES} from './format.ts'
import type {PartReader} from './part-reader.ts'

/** `stored` counts a slice of a compressed page by its share. Sums of `stored` are the object's size, rounding aside. */
export type SizeEntry = {readonly name: string; readonly raw: number; readonly stored: number}

/** Columns, metadata by name, then the index. */
export async function partSizes(part: PartReader): Promise<SizeEntry[]> {
  const {blocks, chunks} = await part.index()
  const sizes = new Map<string, {raw: number; stored: number}>()
  const seen = new Set<string>()
  const add = (name: string, slice: Slice): void => {
    const id = `${slice.block}/${slice.offset}`
    if (seen.has(id) || slice.length === 0) return // codes shared by several columns count once
    seen.add(id)
    const entry = sizes.get(name) ?? {raw: 0, stored: 0}
    entry.raw += slice.length
    entry.stored += (slice.length * blocks.storedLength[slice.block]!) / Math.max(1, blocks.rawLength[slice.block]!)
    sizes.set(name, entry)
  }
  const stats = {chunksOpened: 0, bytesRead: 0, bytesDecompressed: 0, blocksFromCache: 0}
  for (let chunk = 0; chunk < chunks.count; chunk++) {
    const {head, names} = await part.openHead(chunk, stats)
    add('chunk heads', chunks.headOf(chunk))
    add('timestamps', head.timestamps)
    add('lengths', head.lengths)
    const {first, endRows} = head.lines
    if (endRows.length === 1) add('lines', first)
    else endRows.forEach((_, i) => add('lines', {block: first.block + i, offset: 0, length: blocks.rawLength[first.block + i] ?? 0}))
    head.meta.forEach(({values, codes}, i) => {
      if (values !== undefined) add(`meta ${names[i]}: values`, values)
      if (codes !== undefined) add(`meta ${names[i]}: codes`, codes)
    })
  }
  const columns = Array.from(sizes, ([name, {raw, stored}]) => ({name, raw, stored: Math.round(stored)}))
  const rank = (name: string): string => (name.startsWith('meta ') ? '1' : '0') + name
  columns.sort((a, b) => (rank(a.name) < rank(b.name) ? -1 : 1))
  const sections = part.file.sections.map(s => ({
    name: `section ${SECTION_NAMES[s.kind] ?? s.kind}`,
    raw: s.rawLength,
    stored: s.storedLength,
  }))
  const frame = HEADER_SIZE + FOOTER_SIZE + part.file.footer.directoryLength
  return [...columns, ...sections, {name: 'header, directory, footer', raw: frame, stored: frame}]
}
