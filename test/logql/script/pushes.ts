/*
 * The entries of a script as pushes.
 */
import type {FakeStream} from '../../query/support/fake-store.ts'

/** Pushes of at most `size` entries each, in the order in which they are written. */
export function pushesOf(load: readonly FakeStream[], size: number): FakeStream[][] {
  const all = load.flatMap(({labels, entries}) => entries.map(entry => ({labels, entries: [entry]})))
  return Array.from({length: Math.ceil(all.length / size)}, (_, i) => all.slice(i * size, (i + 1) * size))
}
