/*
 * Collects what is wrong with the rows of one push and says it in one message: equal texts are counted, distinct ones
 * joined by `; `, in the order they came up.
 */
import type {Complaint, DiscardReason} from './texts.ts'

/** More distinct texts than this are only counted: a push of 100,000 bad rows must not be answered with megabytes. */
const DISTINCT_MAX = 100

export class Complaints {
  readonly #countByText = new Map<string, number>()
  readonly discarded = new Map<DiscardReason, {rows: number; bytes: number}>()
  #unnamed = 0

  /** @param rows, bytes  what is not stored for it. */
  add(complaint: Complaint, rows: number, bytes: number): void {
    const count = this.#countByText.get(complaint.text)
    if (count !== undefined) this.#countByText.set(complaint.text, count + 1)
    else if (this.#countByText.size < DISTINCT_MAX) this.#countByText.set(complaint.text, 1)
    else this.#unnamed++
    this.count(complaint.reason, rows, bytes)
  }

  /** Counts without saying. */
  count(reason: DiscardReason, rows: number, bytes: number): void {
    const sum = this.discarded.get(reason)
    if (sum === undefined) this.discarded.set(reason, {rows, bytes})
    else {
      sum.rows += rows
      sum.bytes += bytes
    }
  }

  /** Undefined when nothing is wrong. */
  message(): string | undefined {
    if (this.#countByText.size === 0) return undefined
    const parts = [...this.#countByText].map(([text, count]) => (count === 1 ? text : `${count} errors like: ${text}`))
    if (this.#unnamed > 0) parts.push(`${this.#unnamed} more errors`)
    return parts.join('; ')
  }
}
