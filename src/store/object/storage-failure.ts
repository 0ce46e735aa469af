import {Failure} from '../../model/index.ts'

const REASONS: Record<string, string> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in the system',
  EIO: 'input/output error of the disk',
  ENOENT: 'no such object',
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'there is a directory of that name',
}

/** What went wrong with which object, in words an operator can act on; the system's own error is the cause. */
export function storageFailure(doing: string, key: string, error: unknown): Failure {
  if (Failure.is(error)) return error
  const code = errorCode(error)
  const reason = (code === undefined ? undefined : REASONS[code]) ?? (error instanceof Error ? error.message : String(error))
  return new Failure('STORAGE', `cannot ${doing} object ${key}: ${reason}${code === undefined ? '' : ` (${code})`}`, {cause: error})
}

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
