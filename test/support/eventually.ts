/* What becomes true soon, and on a busy machine later: vitest's own patience is a second. */
import {vi} from 'vitest'

/** Tries until the check no longer throws; then its last error is thrown. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return await vi.waitFor(check, {timeout: 30_000, interval: 20})
}
