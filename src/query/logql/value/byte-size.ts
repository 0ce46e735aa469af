/*
 * Byte sizes as written in a query: `5KiB`, `1.5MB`, `10k`. Units of 1000 (kB, and bare k) and of 1024 (KiB, and Ki).
 */

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ...['k', 'm', 'g', 't', 'p'].flatMap((prefix, i): [string, number][] => [
    [prefix, 1000 ** (i + 1)],
    [`${prefix}b`, 1000 ** (i + 1)],
    [`${prefix}i`, 1024 ** (i + 1)],
    [`${prefix}ib`, 1024 ** (i + 1)],
  ]),
])

/** Whole bytes, the fraction cut off; undefined when the text is no size. Units in any case (the lexer is stricter). */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)([A-Za-z]*)$/.exec(text)
  const unit = UNITS.get((match?.[2] ?? '').toLowerCase())
  if (!match || unit === undefined) return undefined
  const bytes = Math.trunc(Number(match[1]) * unit)
  return bytes < 2 ** 64 ? bytes : undefined
}

/** Two significant digits and an SI unit (`5.1kB`) where that says exactly the same, plain bytes (`5120B`) where not. */
export function formatByteSize(bytes: number): string {
  let power = 0
  while (power < 5 && bytes >= 1000 ** (power + 1)) power++
  const scaled = bytes / 1000 ** power
  const rounded = Math.floor(scaled * 10 + 0.5) / 10
  const digits = power > 0 && rounded < 10 ? rounded.toFixed(1) : String(Math.round(rounded))
  const text = `${digits}${['B', 'kB', 'MB', 'GB', 'TB', 'PB'][power] ?? 'B'}`
  return parseByteSize(text) === bytes ? text : `${BigInt(bytes)}B`
}
