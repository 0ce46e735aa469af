/*
 * The one class for expected failures: bad input, limits, a full disk, corrupt bytes. Bugs are assertions, never this.
 *
 * A failure survives a worker boundary as plain data ({@link Failure.toWire}); `instanceof` does not, so callers
 * compare `code`.
 */

/** Code -> HTTP status, and whether the same request may succeed later. */
export const FAILURE_CODES = {
  BAD_REQUEST: {status: 400, retry: false},
  UNAUTHENTICATED: {status: 401, retry: false},
  NOT_FOUND: {status: 404, retry: false},
  TOO_LARGE: {status: 413, retry: false},
  UNPROCESSABLE: {status: 422, retry: false},
  RATE_LIMITED: {status: 429, retry: true},
  CANCELLED: {status: 499, retry: false},
  EVALUATION: {status: 500, retry: false},
  CORRUPTION: {status: 500, retry: false},
  INTERNAL: {status: 500, retry: false},
  UNSUPPORTED: {status: 501, retry: false},
  OVERLOADED: {status: 503, retry: true},
  STORAGE: {status: 503, retry: true},
  TIMEOUT: {status: 504, retry: false},
} as const satisfies Record<string, {status: number; retry: boolean}>

export type FailureCode = keyof typeof FAILURE_CODES
export type FailureWire = {failure: FailureCode; message: string; status?: number; retryAfterSeconds?: number}

export class Failure extends Error {
  readonly code: FailureCode
  /** Overrides the code's status, for the few answers whose status is configurable. */
  readonly status: number
  readonly retryAfterSeconds: number | undefined

  constructor(code: FailureCode, message: string, options: {status?: number; retryAfterSeconds?: number; cause?: unknown} = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.name = 'Failure'
    this.code = code
    this.status = options.status ?? FAILURE_CODES[code].status
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  toWire(): FailureWire {
    const wire: FailureWire = {failure: this.code, message: this.message, status: this.status}
    if (this.retryAfterSeconds !== undefined) wire.retryAfterSeconds = this.retryAfterSeconds
    return wire
  }

  static fromWire(wire: FailureWire): Failure {
    const {failure, message, ...options} = wire
    return new Failure(failure, message, options)
  }

  static is(error: unknown, code?: FailureCode): error is Failure {
    return error instanceof Failure && (code === undefined || error.code === code)
  }
}
