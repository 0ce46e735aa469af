/*
 * Every name the log leaves in its folder.
 *
 *   lock                              who uses this data directory
 *   lock.<random>.socket              where it answers
 *   00000012.log                      generation 12
 *   00000012-1.log                    its continuation, begun after a write error
 *   00000012.log.at-4096.quarantine   bytes [4096, …) of 00000012.log that failed their checksum
 */

export const LOCK_NAME = 'lock'

export function lockSocketName(id: string): string {
  return `${LOCK_NAME}.${id}.socket`
}

export type LogName = {readonly name: string; readonly generation: number; readonly piece: number}

export function logName(generation: number, piece: number): string {
  const base = String(generation).padStart(8, '0')
  return piece === 0 ? `${base}.log` : `${base}-${piece}.log`
}

export function quarantineName(file: string, offset: number): string {
  return `${file}.at-${offset}.quarantine`
}

export function parseLogName(name: string): LogName | undefined {
  const match = /^(\d{8,10})(?:-(\d+))?\.log$/.exec(name)
  if (match === null) return undefined
  return {name, generation: Number(match[1]), piece: match[2] === undefined ? 0 : Number(match[2])}
}

/** The generation that a name of any kind belongs to. Bytes set aside keep their number: a later file of it could overwrite them. */
export function generationOf(name: string): number | undefined {
  const match = /^(\d{8,10})(?:-\d+)?\.log(?:\.at-\d+\.quarantine)?$/.exec(name)
  return match === null ? undefined : Number(match[1])
}

/** Order of replay. */
export function compareLogNames(a: LogName, b: LogName): number {
  return a.generation - b.generation || a.piece - b.piece
}
