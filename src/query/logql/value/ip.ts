/*
 * The argument of `ip("…")`: one address, a range `a-b`, or a network in CIDR form; IPv4 and IPv6, never mixed.
 * Addresses are numbers of 32 or 128 bits. An IPv4 address is not the IPv6 address that maps it.
 */

export type IpAddress = {readonly version: 4 | 6; readonly value: bigint}
/** Both ends included. */
export type IpRange = {readonly version: 4 | 6; readonly low: bigint; readonly high: bigint}

/** The addresses a pattern stands for; undefined when it is none of the three forms. */
export function parseIpPattern(pattern: string): IpRange | undefined {
  const dash = pattern.indexOf('-')
  if (dash >= 0) {
    const low = parseIpAddress(pattern.slice(0, dash))
    const high = parseIpAddress(pattern.slice(dash + 1))
    if (!low || !high || low.version !== high.version || low.value > high.value) return undefined
    return {version: low.version, low: low.value, high: high.value}
  }
  const [text = '', bits, more] = pattern.split('/')
  const address = parseIpAddress(text)
  if (!address || more !== undefined) return undefined
  const {version, value} = address
  if (bits === undefined) return {version, low: value, high: value}
  const width = version === 4 ? 32 : 128
  if (!/^(?:0|[1-9]\d{0,2})$/.test(bits) || Number(bits) > width) return undefined
  const size = 1n << BigInt(width - Number(bits))
  const low = value - (value % size)
  return {version, low, high: low + size - 1n}
}

/** Four decimal numbers without leading zeros, or eight groups of hex digits with at most one `::`; no zone. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (!text.includes(':')) {
    const value = parseV4(text)
    return value === undefined ? undefined : {version: 4, value}
  }
  const value = parseV6(text)
  return value === undefined ? undefined : {version: 6, value}
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return BigInt(value)
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const groups: bigint[][] = []
  for (const [i, half] of halves.entries()) {
    const found = half === '' && halves.length === 2 ? [] : parseGroups(half, i === halves.length - 1)
    if (!found) return undefined
    groups.push(found)
  }
  const [front = [], back = []] = groups
  const missing = 8 - front.length - back.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  return [...front, ...Array<bigint>(missing).fill(0n), ...back].reduce((value, group) => (value << 16n) | group, 0n)
}

/** @param mayEndInV4  `::ffff:1.2.3.4` */
function parseGroups(text: string, mayEndInV4: boolean): bigint[] | undefined {
  const parts = text.split(':')
  const groups: bigint[] = []
  for (const [i, part] of parts.entries()) {
    if (/^[\da-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`))
    else if (mayEndInV4 && i === parts.length - 1) {
      const v4 = parseV4(part)
      if (v4 === undefined) return undefined
      groups.push(v4 >> 16n, v4 & 0xffffn)
    } else return undefined
  }
  return groups
}
