import {describe, expect, it} from 'vitest'
import {
  FLAG_DETECTED,
  FLAG_FIELD,
  FLAG_SETTLED,
  FLAG_SLOW,
  FLAG_TIME,
  isNormalName,
  type Kernel,
  type ParsedPush,
} from '../../src/kernel/index.ts'
import {both, bytes, damage, native, outcome, plain, Random} from './support.ts'

function varint(n: bigint | number): Buffer {
  const out: number[] = []
  let rest = BigInt.asUintN(64, BigInt(n))
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Buffer.from(out)
}
const field = (number: number, kind: number, ...rest: Uint8Array[]): Buffer => Buffer.concat([varint(number * 8 + kind), ...rest])
const message = (number: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  return field(number, 2, varint(body.length), body)
}
const text = (number: number, value: string | Uint8Array): Buffer => message(number, typeof value === 'string' ? bytes(value) : value)
const time = (seconds: bigint | number, nanos: bigint | number): Buffer =>
  message(1, field(1, 0, varint(seconds)), field(2, 0, varint(nanos)))
const pair = (name: string | Uint8Array, value: string | Uint8Array): Buffer => message(3, text(1, name), text(2, value))
const entry = (...parts: Uint8Array[]): Buffer => message(2, ...parts)
const stream = (labels: string, ...entries: Uint8Array[]): Buffer => message(1, text(1, labels), ...entries)
const oneEntry = (...parts: Uint8Array[]): Buffer => stream('{a="b"}', entry(...parts))

/** All that a parse gives, as plain values. */
function dump(push: ParsedPush): unknown {
  return {
    streams: Object.values(push.streams).map(column => [...column]),
    columns: [
      push.tsNs,
      push.lineOff,
      push.lineLen,
      push.metaOff,
      push.metaLen,
      push.metaCount,
      push.metaBytes,
      push.flags,
      push.level,
    ].map(column => Array.from<bigint | number>(column)),
    counts: [push.streamCount, push.rowCount],
    raw: Buffer.from(push.raw).toString('latin1'),
  }
}

const flagsOf = (kernel: Kernel, ...pairs: Uint8Array[]): number =>
  kernel.parsePush(oneEntry(time(1, 2), text(2, 'x'), ...pairs)).flags[0] ?? -1
const MALFORMED = 'BAD_REQUEST: malformed push: not a valid protobuf message'

describe.each(both)('parsePush, %s', (_name, kernel) => {
  it('gives streams and rows as columns', () => {
    const raw = Buffer.concat([
      stream('{app="a"}', entry(time(1_700_000_000, 123_456_789), text(2, 'first error'), pair('trace_id', 'abc'), pair('k', 'é'))),
      stream('{}'),
      message(1, entry(time(5, 0), text(2, 'level=warn')), text(1, '{b="c"}'), entry()),
    ])
    const push = kernel.parsePush(raw)
    const slice = (off: number | undefined, length: number | undefined): string =>
      Buffer.from(push.raw.subarray(off ?? 0, (off ?? 0) + (length ?? 0))).toString()
    expect([push.streamCount, push.rowCount]).toEqual([3, 3])
    expect([0, 1, 2].map(i => slice(push.streams.labelOff[i], push.streams.labelLen[i]))).toEqual(['{app="a"}', '{}', '{b="c"}'])
    expect([...push.streams.firstRow]).toEqual([0, 1, 1])
    expect([...push.streams.endRow]).toEqual([1, 1, 3])
    expect([...push.tsNs]).toEqual([1_700_000_000_123_456_789n, 5_000_000_000n, 0n])
    expect([0, 1, 2].map(i => slice(push.lineOff[i], push.lineLen[i]))).toEqual(['first error', 'level=warn', ''])
    expect(slice(push.metaOff[0], push.metaLen[0])).toBe(Buffer.concat([pair('trace_id', 'abc'), pair('k', 'é')]).toString())
    expect([...push.metaCount]).toEqual([2, 0, 0])
    expect([...push.metaBytes]).toEqual([14, 0, 0])
    expect([...push.metaLen].slice(1)).toEqual([0, 0])
    expect([...push.flags]).toEqual([0, 0, 0])
    expect([...push.level]).toEqual([6, 5, 1])
    expect([...kernel.parsePush(raw, {levels: false}).level]).toEqual([0, 0, 0])
  })

  it('accepts an empty push', () => {
    expect(kernel.parsePush(new Uint8Array(0)).rowCount).toBe(0)
  })

  it.each([
    [0n, 0n, 0],
    [-5n, 999_999_999n, 0],
    [5n, 1_000_000_000n, FLAG_TIME],
    [5n, -1n, FLAG_TIME],
    [9_223_372_036n, 854_775_807n, 0],
    [9_223_372_036n, 854_775_808n, FLAG_TIME],
    [9_223_372_037n, 0n, FLAG_TIME],
    [-9_223_372_036n, 0n, 0],
    [-9_223_372_037n, 0n, FLAG_TIME],
    [-62_135_596_800n, 0n, FLAG_TIME],
    [1n << 62n, 0n, FLAG_TIME],
  ])('timestamp %s s %s ns has flags %s', (seconds, nanos, flags) => {
    const push = kernel.parsePush(oneEntry(time(seconds, nanos)))
    expect(push.flags[0]).toBe(flags)
    expect(push.tsNs[0]).toBe(flags === 0 ? seconds * 1_000_000_000n + nanos : 0n)
  })

  it('takes the last of a repeated field and skips unknown fields of all types', () => {
    const unknown = [
      field(9, 0, varint(1n << 63n)),
      field(10, 1, Buffer.alloc(8)),
      text(11, 'xyz'),
      field(12, 5, Buffer.alloc(4)),
      Buffer.concat([field(13, 3), field(14, 3), text(1, 'in a group'), field(14, 4), field(13, 4)]),
      text(536_870_911, 'largest number'),
    ]
    const raw = Buffer.concat([
      ...unknown,
      message(
        1,
        ...unknown,
        text(1, 'old'),
        text(1, '{new="1"}'),
        entry(
          time(1, 1),
          ...unknown,
          text(2, 'old'),
          time(2, 2),
          text(2, 'new'),
          message(3, ...unknown, text(2, 'v'), text(1, 'n')),
          ...unknown,
        ),
      ),
    ])
    const push = kernel.parsePush(raw)
    expect(push.tsNs[0]).toBe(2_000_000_002n)
    expect(push.lineLen[0]).toBe(3)
    expect(push.streams.labelLen[0]).toBe(9)
    expect([push.flags[0], push.metaCount[0], push.metaBytes[0]]).toEqual([0, 1, 2])
  })

  it.each([
    ['cut in a tag', Buffer.from([0x80])],
    ['cut before a length', Buffer.from([0x0a])],
    ['length beyond the end', Buffer.from([0x0a, 2, 0])],
    ['length of 64 bits', Buffer.concat([Buffer.from([0x0a]), varint(-1)])],
    ['varint of eleven bytes', Buffer.concat([Buffer.from([0x78]), Buffer.alloc(10, 0x80), Buffer.from([0])])],
    ['field number 0', field(0, 0, varint(1))],
    ['wire type 6', field(9, 6)],
    ['wire type 7', field(9, 7)],
    ['streams as a varint', field(1, 0, varint(1))],
    ['line as a varint', oneEntry(field(2, 0, varint(1)))],
    ['seconds as bytes', oneEntry(message(1, text(1, 'x')))],
    ['name as fixed64', oneEntry(message(3, field(1, 1, Buffer.alloc(8))))],
    ['group that does not end', Buffer.concat([field(9, 3), text(1, 'x')])],
    ['end of a group without begin', field(9, 4)],
    ['groups too deep', Buffer.concat(Array.from({length: 40}, () => field(9, 3)))],
    ['tag beyond 32 bits', Buffer.concat([varint(1n << 35n), varint(1)])],
  ])('refuses %s', (_case, raw) => {
    expect(outcome(() => kernel.parsePush(raw))).toBe(MALFORMED)
  })

  it('refuses more rows than allowed', () => {
    const raw = stream('{}', ...Array.from({length: 5}, () => entry()))
    expect(kernel.parsePush(raw, {rowsMax: 5}).rowCount).toBe(5)
    expect(outcome(() => kernel.parsePush(raw, {rowsMax: 4}))).toMatch(/^TOO_LARGE/)
  })

  it.each([
    ['trace_id', true],
    ['a', true],
    ['A9_b', true],
    ['_a', true],
    ['a_', true],
    ['__x__', true],
    ['__a_b__', true],
    ['__1__', true],
    ['', false],
    ['_', false],
    ['__', false],
    ['____', false],
    ['_____', false],
    ['1a', false],
    ['a.b', false],
    ['a-b', false],
    ['a b', false],
    ['é', false],
    ['a__b', false],
    ['__a', false],
    ['a__', false],
    ['__a__b__', false],
    ['___a__', false],
    ['__a___', false],
    ['a_name_longer_than_sixteen_bytes', true],
    ['a_name_longer_than_sixteen__bytes', false],
    ['n'.repeat(300), true],
  ])('name %j is normal: %s', (name, normal) => {
    expect(isNormalName(name)).toBe(normal)
    expect(flagsOf(kernel, pair(name, 'v'))).toBe(normal ? 0 : FLAG_SLOW)
    expect(flagsOf(kernel, pair('other', 'v'), pair(name, 'v'.repeat(200)))).toBe(normal ? 0 : FLAG_SLOW)
  })

  it('flags values that are empty, not UTF-8 or hold U+FFFD', () => {
    const bad = ['', '\ufffd', 'long enough for a second step \ufffd']
    const broken = [
      [0x80],
      [0xc3],
      [0xc0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf8, 0x88, 0x80, 0x80],
      [0xe2, 0x82],
    ]
    for (const value of bad) expect(flagsOf(kernel, pair('n', value)), value).toBe(FLAG_SLOW)
    for (const value of broken) {
      for (const before of [0, 15, 16, 40]) {
        expect(flagsOf(kernel, pair('n', Buffer.from([...Array.from({length: before}, () => 0x61), ...value])))).toBe(FLAG_SLOW)
      }
    }
    for (const value of ['é', '\ufffc', '€uro and more than sixteen bytes €', '😀', '\ud7ff', '\ue000', '\u{10ffff}']) {
      expect(flagsOf(kernel, pair('n', value)), value).toBe(0)
    }
    expect(flagsOf(kernel, message(3, text(1, 'n')))).toBe(FLAG_SLOW)
    expect(flagsOf(kernel, message(3, text(2, 'v')))).toBe(FLAG_SLOW)
  })

  it('flags a name twice in an entry, not in two entries', () => {
    expect(flagsOf(kernel, pair('a', '1'), pair('b', '2'), pair('a', '1'))).toBe(FLAG_SLOW)
    const long = 'x'.repeat(20)
    expect(flagsOf(kernel, pair(`${long}a`, '1'), pair(`${long}b`, '2'))).toBe(0)
    expect(flagsOf(kernel, pair(`${long}a`, '1'), pair(`${long}a`, '2'))).toBe(FLAG_SLOW)
    const push = kernel.parsePush(stream('{}', entry(pair('a', '1')), entry(pair('a', '1')), entry(pair('a', '1'))))
    expect([...push.flags]).toEqual([0, 0, 0])
  })

  it('checks up to 128 pairs', () => {
    const many = Array.from({length: 128}, (_, i) => pair(`n${i}`, 'v'))
    expect(flagsOf(kernel, ...many)).toBe(0)
    expect(flagsOf(kernel, ...many.slice(1), pair('n77', 'v'))).toBe(FLAG_SLOW)
    expect(flagsOf(kernel, ...many, pair('n128', 'v'))).toBe(FLAG_SLOW)
  })

  it('judges thousands of distinct names', () => {
    const entries = Array.from({length: 400}, (_, e) =>
      entry(...Array.from({length: 100}, (_x, i) => pair(`name_${(e * 37 + i * (e % 7 === 0 ? 0 : 1)) % 1500}`, 'v'))),
    )
    const flags = [...kernel.parsePush(stream('{}', ...entries)).flags]
    expect(flags).toEqual(entries.map((_, e) => (e % 7 === 0 ? FLAG_SLOW : 0)))
  })

  it.each([
    [[['detected_level', 'info']], FLAG_DETECTED | FLAG_SETTLED, 0],
    [[['detected_level', 'notice']], FLAG_DETECTED | FLAG_SETTLED, 0],
    [[['detected_level', 'INFO']], FLAG_DETECTED, 0],
    [[['detected_level', 'warning']], FLAG_DETECTED, 0],
    [
      [
        ['level', 'Error'],
        ['detected_level', 'warn'],
      ],
      FLAG_DETECTED | FLAG_FIELD | FLAG_SETTLED,
      0,
    ],
    [[['level', 'Error']], FLAG_FIELD | FLAG_SETTLED, 6],
    [[['level', 'notice']], FLAG_FIELD, 0],
    [[['level', 'unknown']], FLAG_FIELD | FLAG_SETTLED, 1],
    [[['level', 'UNKNOWN']], FLAG_FIELD, 0],
    [
      [
        ['severity_text', 'dbg'],
        ['LEVEL', 'fatal'],
      ],
      FLAG_FIELD | FLAG_SETTLED,
      8,
    ],
    [[['severity_number', '9']], FLAG_FIELD | FLAG_SETTLED, 4],
    [[['severity_number', '0']], FLAG_FIELD | FLAG_SETTLED, 1],
    [[['severity_number', '20']], FLAG_FIELD | FLAG_SETTLED, 6],
    [[['severity_number', '24']], FLAG_FIELD | FLAG_SETTLED, 8],
    [[['severity_number', '25']], FLAG_FIELD | FLAG_SETTLED, 1],
    [[['severity_number', '100']], FLAG_FIELD, 0],
    [[['severity_number', 'x']], FLAG_FIELD, 0],
    [
      [
        ['severity_number', '17'],
        ['lvl', 'trc'],
      ],
      FLAG_FIELD | FLAG_SETTLED,
      2,
    ],
    [[['log.level', 'info']], FLAG_FIELD | FLAG_SLOW, 0],
    [[['Levels', 'info']], 0, 1],
  ])('metadata %j has flags %s and level %s', (pairs, flags, level) => {
    const push = kernel.parsePush(oneEntry(text(2, 'x'), ...pairs.map(([name, value]) => pair(name ?? '', value ?? ''))))
    expect([push.flags[0], push.level[0]]).toEqual([flags, level])
  })

  it('reads what snappyDecode left in memory', () => {
    const raw = oneEntry(time(1, 2), text(2, 'hello'))
    const block = Buffer.concat([varint(raw.length), Buffer.from([(raw.length - 1) << 2]), raw])
    const push = kernel.parsePush(kernel.snappyDecode(block, 1000))
    expect(Buffer.from(push.raw)).toEqual(raw)
    expect(push.tsNs[0]).toBe(1_000_000_002n)
  })
})

function randomPush(random: Random): Buffer {
  const names = ['a', 'trace_id', 'a.b', '', '__x__', 'detected_level', 'level', 'severity_number', 'lvl', 'x'.repeat(40)]
  const values = ['v', '', 'info', 'WARN', '7', 'é', '\ufffd', 'y'.repeat(130)]
  const lines = ['', 'an error', 'level=warn x', '{"level":"info"}', 'z'.repeat(300), 'ümlaut']
  const some = <T>(max: number, make: () => T): T[] => Array.from({length: random.below(max + 1)}, make)
  return Buffer.concat(
    some(3, () =>
      stream(
        random.pick(['{}', '{a="b"}', '']),
        ...some(4, () =>
          entry(
            time(random.pick([0, 1_700_000_000, -1, 2 ** 40]), random.pick([0, 5, 999_999_999, -1])),
            text(2, random.pick(lines)),
            ...some(5, () => pair(random.pick(names), random.pick(values))),
            ...some(1, () => random.pick([text(4, 'parsed'), text(2, 'again'), field(20, 3), field(20, 4), field(21, 5, Buffer.alloc(4))])),
          ),
        ),
      ),
    ),
  )
}

describe('both kernels agree', () => {
  const same = (raw: Uint8Array): void => {
    const expected = outcome(() => dump(plain.parsePush(raw)))
    const actual = outcome(() => dump(native.parsePush(raw)))
    expect(actual).toEqual(expected)
  }

  it('on random and damaged pushes', () => {
    const random = new Random(7)
    let refused = 0
    for (let round = 0; round < 1500; round++) {
      const raw = randomPush(random)
      same(raw)
      for (let i = 0; i < 4 && raw.length > 0; i++) {
        const damaged = damage(random, raw)
        same(damaged)
        if (typeof outcome(() => native.parsePush(damaged)) === 'string') refused++
      }
    }
    expect(refused).toBeGreaterThan(1000)
  })

  it('on every truncation, and every byte changed', () => {
    const raw = stream('{a="b"}', entry(time(1_700_000_000, 7), text(2, 'level=info x'), pair('level', 'warn'), pair('k', 'é')), entry())
    for (let end = 0; end <= raw.length; end++) same(raw.subarray(0, end))
    for (let at = 0; at < raw.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff, (raw[at] ?? 0) ^ 1, (raw[at] ?? 0) ^ 8]) {
        const changed = Buffer.from(raw)
        changed[at] = value
        same(changed)
      }
    }
  })

  it('on noise', () => {
    const random = new Random(8)
    for (let round = 0; round < 3000; round++) same(random.bytes(random.below(40), random.pick([256, 32, 20])))
  })
})
