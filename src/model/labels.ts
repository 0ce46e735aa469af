/*
 * Stream labels: a sorted list of name/value pairs, and its canonical text `{a="1", b="2"}`.
 *
 * Owns   order, the canonical text (quoting as Go's strconv.Quote), comparison.
 * Leaves parsing what clients send to ingest/, matching to matcher.ts.
 */

export type Label = {readonly name: string; readonly value: string}

/** Ascending by name, names unique, values never empty. */
export type Labels = readonly Label[]

export const NO_LABELS: Labels = []

export function sortLabels(labels: Label[]): Labels {
  return labels.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

export function labelValue(labels: Labels, name: string): string | undefined {
  for (const label of labels) if (label.name === name) return label.value
  return undefined
}

export function formatLabel({name, value}: Label): string {
  return `${name}=${quote(value)}`
}

/**
 * `{a="1", b="2"}`: names in order, comma and space between, values quoted as Go does.
 * @param format  {@link formatLabel}, or one that remembers.
 */
export function formatLabels(labels: Labels, format = formatLabel): string {
  return `{${labels.map(format).join(', ')}}`
}

/** The same function for labels that come again: the text of a label object is made once. */
export function remembered(textOf: (label: Label) => string): (label: Label) => string {
  const texts = new Map<Label, string>()
  return label => {
    let text = texts.get(label)
    if (text === undefined) texts.set(label, (text = textOf(label)))
    return text
  }
}

/** Pairwise by name, then value; a prefix sorts first. Order of vectors and matrices (loki-http-api § 5.3). */
export function compareLabels(a: Labels, b: Labels): number {
  const count = Math.min(a.length, b.length)
  for (let i = 0; i < count; i++) {
    const x = a[i]!
    const y = b[i]!
    if (x.name !== y.name) return x.name < y.name ? -1 : 1
    if (x.value !== y.value) return x.value < y.value ? -1 : 1
  }
  return a.length - b.length
}

const SHORT_ESCAPES: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

// Printable as Go's unicode.IsPrint sees it: letters, marks, numbers, punctuation, symbols and the ASCII space.
const NEEDS_ESCAPE = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u
const EACH_ESCAPE = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/** Double-quotes text as Go's strconv.Quote: short escapes, \xNN, \uNNNN, \UNNNNNNNN for what is not printable. */
export function quote(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`
  const escaped = text.replace(EACH_ESCAPE, char => {
    const short = SHORT_ESCAPES[char]
    if (short !== undefined) return short
    const code = char.codePointAt(0)!
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
    if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
    return `\\U${code.toString(16).padStart(8, '0')}`
  })
  return `"${escaped}"`
}
