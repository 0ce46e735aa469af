/*
 * Replacement templates as Go's Regexp.Expand reads them: $1 ${1} $name ${name}, $$ for a dollar. A name is as long as it can be,
 * so $1y is the group called "1y"; what names no group is empty; a $ that begins no name is itself.
 */

/** Text, or the groups of which the first that took part is inserted. */
export type TemplatePart = string | readonly number[]

const NAME = /^(?:([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/u
const NUMBER = /^(?:0|[1-9]\d{0,8})$/

export function parseTemplate(template: string, groupNames: readonly (string | undefined)[]): TemplatePart[] {
  const parts: TemplatePart[] = []
  let rest = template
  for (let dollar = rest.indexOf('$'); dollar >= 0; dollar = rest.indexOf('$')) {
    parts.push(rest.slice(0, dollar))
    rest = rest.slice(dollar + 1)
    if (rest.startsWith('$')) {
      parts.push('$')
      rest = rest.slice(1)
      continue
    }
    const match = NAME.exec(rest)
    const name = match?.[1] ?? match?.[2]
    if (match === null || name === undefined) {
      parts.push('$')
      continue
    }
    rest = rest.slice(match[0].length)
    parts.push(groupsOf(name, groupNames))
  }
  parts.push(rest)
  return parts.filter(part => part !== '')
}

function groupsOf(name: string, groupNames: readonly (string | undefined)[]): number[] {
  if (NUMBER.test(name)) return Number(name) < groupNames.length ? [Number(name)] : []
  return groupNames.flatMap((each, index) => (each === name ? [index] : []))
}

/** @param slice text of the positions in `captures`. */
export function expandTemplate(parts: readonly TemplatePart[], captures: Int32Array, slice: (from: number, to: number) => string): string {
  let out = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      out += part
      continue
    }
    const group = part.find(index => captures[2 * index]! >= 0)
    if (group !== undefined) out += slice(captures[2 * group]!, captures[2 * group + 1]!)
  }
  return out
}
