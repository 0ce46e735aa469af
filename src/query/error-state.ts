/*
 * The error of each row of a batch: at most one, with details (logql § 3.7). Most batches have none, which costs nothing.
 */

export type PipelineError = 'JSONParserErr' | 'LogfmtParserErr' | 'LabelFilterErr' | 'TemplateFormatErr' | 'SampleExtractionErr'

export const ERROR_LABEL = '__error__'
export const ERROR_DETAILS_LABEL = '__error_details__'

export class ErrorState {
  #errors: Map<number, PipelineError> | undefined
  #details: Map<number, string> | undefined

  /** False when no row can have an error or details: the fast way out. */
  get any(): boolean {
    return this.#errors !== undefined || this.#details !== undefined
  }

  /** Parsers, templates and unwrap: the last error stays. Details may be missing. */
  set(row: number, error: PipelineError, details?: string): void {
    this.#errors ??= new Map()
    this.#errors.set(row, error)
    if (details === undefined) {
      this.#details?.delete(row)
      return
    }
    this.#details ??= new Map()
    this.#details.set(row, details)
  }

  /** Label filters: an error that is there stays. */
  setIfNone(row: number, error: PipelineError, details?: string): void {
    if (!this.has(row)) this.set(row, error, details)
  }

  has(row: number): boolean {
    return this.#errors?.has(row) ?? false
  }

  /** "" when the row has none. */
  error(row: number): string {
    return this.#errors?.get(row) ?? ''
  }

  details(row: number): string {
    return this.#details?.get(row) ?? ''
  }

  /** Takes over the errors of the given rows, counted from `firstRow` here: from a batch of the whole chunk to one of a block. */
  copyFrom(other: ErrorState, firstRow: number, rows: Uint32Array): void {
    if (!other.any) return
    for (const row of rows) {
      const error = other.#errors?.get(row)
      if (error !== undefined) this.set(row - firstRow, error, other.#details?.get(row))
    }
  }

  clearError(row: number): void {
    this.#errors?.delete(row)
  }

  clearDetails(row: number): void {
    this.#details?.delete(row)
  }
}
