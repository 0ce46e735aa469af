import {expect, test} from 'vitest'
import {Failure} from '../../../src/model/index.ts'
import {compileTemplate, TemplateError} from '../../../src/query/template/index.ts'
import {FUNCTIONS} from '../../../src/query/template/functions/index.ts'
import {LABELS} from './support.ts'

// Enough for a second or two each.
const RUNS = 4000
const OUTPUT_MAX = 1 << 20

function generator(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** undefined where it failed as templates may. */
function run(text: string, line = 'x'): string | undefined {
  try {
    return compileTemplate(text, 'line', () => 0n).run({
      labels: new Map(Object.entries(LABELS)),
      line: () => line,
      timestampNs: () => 1n,
      budget: {steps: 200_000},
    })
  } catch (error) {
    if (error instanceof TemplateError || Failure.is(error, 'BAD_REQUEST')) return undefined
    throw new Error(`of ${JSON.stringify(text)}`, {cause: error})
  }
}

const PIECES = [
  '{{',
  '}}',
  '{{- ',
  ' -}}',
  '(',
  ')',
  '|',
  ' ',
  ' ',
  ' ',
  '.',
  '$',
  '$x',
  ':=',
  '=',
  ',',
  '"',
  '`',
  "'",
  '\\',
  '/*',
  '*/',
  '\n',
  'if ',
  'else',
  'end',
  'range ',
  'with ',
  'define "T"',
  'template "T" .',
  'block "B" .',
  'break',
  'continue',
  '{{end}}',
  '{{else}}',
  '.n',
  '.name',
  '.obj',
  '.k.a',
  '.missing',
  'nil',
  'true',
  '0',
  '1',
  '-1',
  '1.5',
  '1e9',
  '99999999999',
  '"a"',
  '"%999999d"',
  'é',
  '€',

  ...FUNCTIONS.keys(),
]

test('pieces in any order neither crash nor grow', () => {
  const random = generator(7)
  for (let i = 0; i < RUNS; i++) {
    const text = Array.from({length: 1 + random(14)}, () => PIECES[random(PIECES.length)]).join(random(3) === 0 ? '' : ' ')
    expect((run(`{{ ${text} }}`) ?? '').length).toBeLessThanOrEqual(OUTPUT_MAX)
    run(text)
  }
})

const ARGUMENTS = [
  '.n',
  '.name',
  '.obj',
  '.uni',
  '.missing',
  '.',
  '$',
  'nil',
  'true',
  '0',
  '1',
  '-1',
  '3',
  '99999999999',
  '1.5',
  '-0.0',
  '1e300',
  '"a"',
  '""',

  '"%d"',
  '"2006"',
  '"(a"',
  '"(.*)*x"',
  '"5"',
  '"9999999999999999999"',
  '(fromJson .obj)',
  '(fromJson "[1,[2]]")',
  '(float64 "nan")',
  '(float64 "inf")',

  '__timestamp__',
  '__line__',
  '(add 1 2)',
  '(index . "n")',
  '__timestamp__.Month',
  '(repeat 1000 "ab")',
  '(unixToTime "9999999999999")',
]

test('every function takes any arguments', () => {
  const random = generator(11)
  const names = [...FUNCTIONS.keys()]
  for (let i = 0; i < RUNS; i++) {
    const name = names[i % names.length]
    const args = Array.from({length: random(5)}, () => ARGUMENTS[random(ARGUMENTS.length)])
    const piped = random(4) === 0 ? `${ARGUMENTS[random(ARGUMENTS.length)]} | ` : ''
    run(`{{ $x := ${piped}${name} ${args.join(' ')} }}{{ print $x }}{{ printf "%v %d %s %q %x %5.2f" $x $x $x $x $x $x }}`)
  }
})

test('what would run for long, grow or nest without end fails', () => {
  const long = 'x'.repeat(200_000)
  const texts = [
    '{{ range 999999999 }}{{ end }}',
    '{{ range 99999 }}{{ range 99999 }}x{{ end }}{{ end }}',
    '{{ range 99999 }}{{ upper __line__ }}{{ end }}',
    '{{ range 99999 }}{{ $x := contains "y" __line__ }}{{ end }}',
    '{{ $x := "ab" }}{{ range 99 }}{{ $x = print $x $x }}{{ end }}',
    '{{ $x := "ab" }}{{ range 99 }}{{ $x = replace "" $x $x }}{{ end }}',
    '{{ repeat 999999999 "x" }}',
    '{{ indent 999999 "\\n\\n\\n" }}',
    '{{ alignRight 99999999 "x" }}',
    '{{ range 9 }}{{ printf "%999999d" 1 }}{{ end }}',
    '{{ printf "%999999s%999999s" "a" "b" }}',
    '{{ range 9 }}{{ printf "%.999999d" 1 }}{{ end }}',
    '{{ define "T" }}{{ template "T" . }}{{ template "T" . }}{{ end }}{{ template "T" . }}',
    '{{ count "x.*b|x" __line__ }}',
    '{{ regexReplaceAll "x.*b|x" __line__ "" }}',
    '{{ regexReplaceAll "x" __line__ __line__ }}',
    '{{ regexReplaceAll "(x)" __line__ (print "${1}" __line__) }}',
    '{{ range $i := 9999 }}{{ $x := count (print "[a-z]{900}" $i) "a" }}{{ end }}',
    '{{ $l := fromJson (print "[" (repeat 99999 "1,") "1]") }}{{ range 9999 }}{{ $x := slice $l 1 }}{{ end }}',
    '{{ range $i := 9999 }}{{ $x := toDateInZone "2006" (print "Nowhere/" $i) "2020" }}{{ end }}',
    `{{ mulf ${'1e308 '.repeat(9999)} }}`,
    `{{ range 9999 }}{{ $x := mulf ${'1e308 '.repeat(100)} }}{{ end }}`,
  ]
  for (const text of texts) expect(run(text, long), text).toBeUndefined()
})

test('deep nesting is refused or works, at every kind of depth', () => {
  const deep = 20_000
  run(`{{ ${'('.repeat(deep)} 1 ${')'.repeat(deep)} }}`)
  run('{{ if 1 }}'.repeat(deep) + '{{ end }}'.repeat(deep))
  run(`{{ if 0 }}${'{{ else if 0 }}'.repeat(deep)}{{ end }}`)
  run(`{{ .${'a.'.repeat(deep)}b }}`)
  run('{{ range fromJson __line__ }}{{ . }}{{ end }}', '['.repeat(deep) + ']'.repeat(deep))
  run('{{ fromJson __line__ }}', '['.repeat(900) + ']'.repeat(900))
  run('{{ printf "%d" (fromJson __line__) }}', '['.repeat(900) + ']'.repeat(900))
  run(`{{ print ${'1 '.repeat(deep)} }}`)
  run(`{{ maxf ${'1 '.repeat(deep)} }}`)
})
