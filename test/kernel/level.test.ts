import {describe, expect, it} from 'vitest'
import {LEVEL_NAMES} from '../../src/kernel/index.ts'
import {both, bytes, native, plain, Random} from './support.ts'

const CASES: [string, string][] = [
  ['[error] foo', 'error'],
  ['foo:error', 'unknown'],
  ['errors happened', 'unknown'],
  ['exception error.', 'unknown'],
  ['error=nil', 'error'],
  ['fatal!', 'fatal'],
  ['time warn, error', 'warn'],
  ['{"level":50}', 'unknown'],
  ['{"level":"notice"}', 'unknown'],
  ['{"msg":"an error"}', 'error'],
  ['trc x', 'unknown'],
  ['lvl=inf x', 'info'],
  ['information', 'unknown'],
  ['Panic', 'unknown'],
  ['', 'unknown'],
  ['info', 'info'],
  ['WARNING', 'warn'],
  ['CRITICAL: disk', 'critical'],
  ['a err', 'error'],
  ['errerr err', 'error'],
  ['x (trace)', 'trace'],
  ['x -debug', 'unknown'],
  ['say "fatal"', 'fatal'],
  ['{"level":50,"severity":"info"}', 'info'],
  ['{"a":{"level":"warn"},"level":"error"}', 'warn'],
  ['{"a":{"b":{"level":"warn"}},"lvl":"dbg"}', 'debug'],
  ['{"a":[{"level":"warn"}],"Lvl":"trc"}', 'trace'],
  [' {"log.level" : "Information"} \n', 'info'],
  ['{"msg":"level","SeverityText":"CRITICAL"}', 'critical'],
  ['{"msg":"\\"level\\":\\"warn\\"","severity_text":"err"}', 'error'],
  ['{"level":"nope","severity":"info"} x', 'info'],
  ['{"level":"nope","x":"info"}', 'info'],
  ['{}', 'unknown'],
  ['{', 'unknown'],
  ['level=error', 'error'],
  ['LEVEL=Warn', 'warn'],
  ['lvl=info level=debug', 'debug'],
  ['severity=info severitytext=warn', 'info'],
  ['msg="a level=error b" level=info', 'info'],
  ['msg="say \\" level=fatal_" level=warn error', 'warn'],
  ['xlevel=error', 'error'],
  ['xlevel=warning_', 'unknown'],
  ['log.level=wrn', 'warn'],
  ['x.log.level=wrn', 'unknown'],
  ['level="Fatal" error', 'fatal'],
  ['level=notice error', 'error'],
  ['a=b=level=fatal', 'fatal'],
  ['severity_text=crit severity_text=fatal', 'fatal'],
  ['SEVERITY_TEXT=information', 'info'],
]

describe.each(both)('levels of lines, %s', (_name, kernel) => {
  it.each(CASES)('%j is %s', (line, level) => {
    expect(LEVEL_NAMES[kernel.detectLevel(bytes(line))]).toBe(level)
  })

  it('finds a word at every position and nowhere beyond the end', () => {
    for (let at = 0; at < 70; at++) {
      const line = `${'x'.repeat(at)} error `
      expect(kernel.detectLevel(bytes(line))).toBe(6)
      expect(kernel.detectLevel(bytes(line).subarray(0, at + 5))).toBe(1)
      expect(kernel.detectLevel(bytes(line).subarray(0, at + 3))).toBe(1)
      expect(kernel.detectLevel(bytes(`${'x'.repeat(at)} level=warn`))).toBe(5)
    }
  })
})

const WORDS = ['level', 'Level', 'LEVEL', 'log.level', 'lvl', 'severity', 'severity_text', 'SeverityText', 'severitytext', 'x', 'error']
const VALUES = [
  'info',
  'warn',
  'ERR',
  'inf',
  'notice',
  'critical',
  'x',
  'trace',
  'debug',
  'warning',
  'information',
  'fatal',
  'err',
  'errors',
]
const GLUE = ['=', '"', ' ', ':', ',', '{', '}', '[', ']', '\\', '\t', '.', '_', '":"', '="', '{"', '"}', '","', ':{', '\u00e9', '\n', '\0']

describe('both kernels agree', () => {
  it('on pieces thrown together', () => {
    const random = new Random(1)
    for (let round = 0; round < 40_000; round++) {
      let text = random.pick(['', '{', '{"', ''])
      for (let n = random.below(14); n >= 0; n--) text += random.pick(random.pick([WORDS, VALUES, GLUE, GLUE]))
      if (random.below(2) === 0) text += random.pick(['}', '"}'])
      const line = bytes(text)
      if (native.detectLevel(line) !== plain.detectLevel(line))
        expect.soft(native.detectLevel(line), JSON.stringify(text)).toBe(plain.detectLevel(line))
    }
  })

  it('on random JSON', () => {
    const random = new Random(2)
    const value = (depth: number): unknown => {
      const kind = random.below(depth > 3 ? 3 : 6)
      if (kind < 2) return random.pick(VALUES)
      if (kind === 2) return random.pick([1, null, true, 'a "quoted" \\ level'])
      if (kind === 3) return [value(depth + 1), value(depth + 1)]
      return Object.fromEntries(
        Array.from({length: random.below(4)}, () => [random.pick(WORDS) + random.pick(['', '', '2']), value(depth + 1)]),
      )
    }
    for (let round = 0; round < 10_000; round++) {
      const text = JSON.stringify({a: value(0), [random.pick(WORDS)]: value(0), b: value(0)}, null, random.pick([0, 1]))
      const line = bytes(text)
      if (native.detectLevel(line) !== plain.detectLevel(line)) expect.soft(native.detectLevel(line), text).toBe(plain.detectLevel(line))
    }
  })

  it('uses the native kernel', () => {
    expect(native.accelerated).toBe(true)
    expect(plain.accelerated).toBe(false)
  })
})
