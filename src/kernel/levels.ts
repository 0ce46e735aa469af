/*
 * Level codes, one byte per row. Code c > 0 means that the row has the metadata detected_level=<LEVEL_NAMES[c]>.
 * Other levels that clients send (`notice`) are ordinary metadata, code 0.
 */

/** Index = code. Stored in parts and logs: append only. */
export const LEVEL_NAMES = ['', 'unknown', 'trace', 'debug', 'info', 'warn', 'error', 'critical', 'fatal'] as const
export const LEVEL_UNKNOWN = 1

/** Names of fields that hold a level, in order of precedence (loki-http-api § 1.8). */
export const LEVEL_FIELDS = [
  'level',
  'LEVEL',
  'Level',
  'log.level',
  'severity',
  'SEVERITY',
  'Severity',
  'SeverityText',
  'lvl',
  'LVL',
  'Lvl',
  'severity_text',
  'Severity_Text',
  'SEVERITY_TEXT',
] as const

const CODES: ReadonlyMap<string, number> = new Map([
  ['trace', 2],
  ['trc', 2],
  ['debug', 3],
  ['dbg', 3],
  ['info', 4],
  ['inf', 4],
  ['information', 4],
  ['warn', 5],
  ['wrn', 5],
  ['warning', 5],
  ['error', 6],
  ['err', 6],
  ['critical', 7],
  ['fatal', 8],
])

/** Code 2..8 of the level a value names, any ASCII case; 0 when it names none ("unknown" included). */
export function normalLevel(value: string): number {
  return value.length > 11 ? 0 : (CODES.get(value.toLowerCase()) ?? 0)
}

/** Code of severity_number: four numbers a level from 1 (trace) to 24 (fatal), anything else is unknown. */
export function severityLevel(number: number): number {
  return number >= 1 && number <= 24 ? Math.min(8, [2, 3, 4, 5, 6, 8][(number - 1) >> 2] ?? 1) : LEVEL_UNKNOWN
}
