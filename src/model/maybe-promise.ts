/** A result that is there at once where it can be (a local file), and later where it cannot (a remote bucket). */
export type MaybePromise<T> = T | Promise<T>
