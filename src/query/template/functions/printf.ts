/*
 * fmt.Sprintf for the values that templates have.
 */
import {checkLength} from '../function.ts'
import {print} from '../print.ts'
import {typeName, wholeOf, type Value} from '../values.ts'
import {formatVerb, pad, type Spec} from './verbs.ts'

// flags, width, precision, argument index, verb
const DIRECTIVE = /%([-+# 0]*)(?:\[(\d+)\])?(\*|\d+)?(?:\.(?:\[(\d+)\])?(\*|\d+)?)?(?:\[(\d+)\])?(.)|%[^]*$/gsu
const WIDTH_MAX = 1_000_000

/** What does not fit is said in the text, as Go does it: `%!d(string=x)`, `%!s(MISSING)`, `%!(EXTRA int=1)`. */
export function sprintf(format: string, args: readonly Value[]): string {
  const printer = new Printer(args)
  let out = ''
  let at = 0
  for (const match of format.matchAll(DIRECTIVE)) {
    out += format.slice(at, match.index)
    at = match.index + match[0].length
    out += printer.directive(match)
    checkLength(out.length)
  }
  out += format.slice(at) + printer.rest()
  checkLength(out.length)
  return out
}

class Printer {
  readonly #args: readonly Value[]
  #next = 0
  #reordered = false

  constructor(args: readonly Value[]) {
    this.#args = args
  }

  directive([whole, flags = '', widthIndex, widthText, precisionIndex, precisionText, valueIndex, verb]: RegExpExecArray): string {
    if (verb === undefined) return '%!(NOVERB)'
    this.#goTo(widthIndex)
    let problem = ''
    const width = this.#count(widthText)
    if (width === 'bad') problem += '%!(BADWIDTH)'
    this.#goTo(precisionIndex)
    const precision = whole.includes('.') ? this.#count(precisionText ?? '0') : undefined
    if (precision === 'bad') problem += '%!(BADPREC)'
    this.#goTo(valueIndex)
    if (verb === '%') return `${problem}%`
    const value = this.#args[this.#next]
    if (value === undefined) return `${problem}%!${verb}(${this.#reordered ? 'BADINDEX' : 'MISSING'})`
    this.#next++
    const columns = typeof width === 'number' ? width : undefined
    const minus = flags.includes('-') || (columns ?? 0) < 0
    const spec: Spec = {
      minus,
      plus: flags.includes('+'),
      sharp: flags.includes('#'),
      space: flags.includes(' '),
      zero: flags.includes('0') && !minus,
      width: columns === undefined ? undefined : Math.abs(columns),
      precision: typeof precision === 'number' && precision >= 0 ? precision : undefined,
    }
    return problem + pad(formatVerb(verb, value, spec), spec)
  }

  /** Arguments that no directive asked for. */
  rest(): string {
    if (this.#reordered || this.#next >= this.#args.length) return ''
    const extra = this.#args.slice(this.#next).map(arg => (arg === null ? '<nil>' : `${typeName(arg)}=${print(arg, true)}`))
    return `%!(EXTRA ${extra.join(', ')})`
  }

  /** `[2]` counts from 1. */
  #goTo(index: string | undefined): void {
    if (index === undefined) return
    this.#reordered = true
    this.#next = Number(index) - 1
  }

  #count(text: string | undefined): number | 'bad' | undefined {
    if (text === undefined) return undefined
    const given = text === '*' ? wholeOf(this.#args[this.#next++] ?? null) : BigInt(text)
    return given === undefined || given > WIDTH_MAX || given < -WIDTH_MAX ? 'bad' : Number(given)
  }
}
