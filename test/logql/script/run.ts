/*
 * Asks what a script asks, and compares.
 */
import {expect} from 'vitest'
import {labelText, type Answer, type AnswerStream} from './answer.ts'
import type {Evaluation, Expected, Point} from './parse.ts'
import type {ScriptEntry} from './text.ts'

/** Whatever answers queries about the data of a script. */
export interface Target {
  ask(evaluation: Evaluation): Promise<Answer>
}

const TOLERANCE = 1e-9

export async function runEvaluations(target: Target, evaluations: readonly Evaluation[], name: string, loki = false): Promise<void> {
  const wrong: string[] = []
  for (const evaluation of evaluations) {
    if (loki && evaluation.unlikeLoki) continue
    const answer = await target.ask(evaluation)
    if (evaluation.expected === undefined) continue
    const [found, wanted] = shown(answer, evaluation.expected)
    if (found !== wanted) wrong.push(`${name}:${evaluation.lineNumber}: ${evaluation.query}\n  wanted\n${wanted}\n  found\n${found}\n`)
  }
  expect(wrong.join('\n')).toBe('')
}

/** What was found and what is expected, in the same words where they agree. */
function shown(answer: Answer, expected: Expected): [found: string, wanted: string] {
  switch (expected.type) {
    case 'failure': {
      const wanted = `${expected.status ?? ''} ${expected.text}`
      if (answer.type !== 'failure') return [showAnswer(answer), wanted]
      const line = answer.text.split('\n')[0] ?? ''
      const agree = (expected.status ?? answer.status) === answer.status && agreesWith(line.trimEnd(), expected.text)
      return [agree ? wanted : showAnswer(answer), wanted]
    }
    case 'streams': {
      const wanted = expected.streams.flatMap(({labels, entries, lines}) => [
        labels,
        ...entries.map(entry => showEntry(wantedEntry(entry), lines)),
      ])
      if (answer.type !== 'streams') return [showAnswer(answer), indented(wanted)]
      const order = expected.streams.map(({labels}) => labels)
      const texts = answer.streams.map(({labels}) => labels)
      if (texts.some((text, i) => i > 0 && text <= (texts[i - 1] ?? '')))
        return [`streams out of order: ${texts.join(' ')}`, indented(wanted)]
      const lines = new Map(expected.streams.map(stream => [stream.labels, stream.lines]))
      const streams = answer.streams.toSorted((a, b) => order.indexOf(a.labels) - order.indexOf(b.labels))
      const found = streams.flatMap(({labels, entries}) => [labels, ...entries.map(entry => showEntry(entry, lines.get(labels) ?? true))])
      return [indented(found), indented(wanted)]
    }
    case 'lines': {
      const wanted = expected.entries.map(entry => showEntry({...wantedEntry(entry), metadata: '{}', parsed: '{}'}, true))
      if (answer.type !== 'streams') return [showAnswer(answer), indented(wanted)]
      return [indented(inTime(answer.streams)), indented(wanted)]
    }
    case 'series': {
      const wanted = expected.series.map(({labels, points}) => showSeries(labels, points))
      if (answer.type !== 'series') return [showAnswer(answer), indented(wanted)]
      const found = answer.series.map(({labels, points}, i) => {
        const near = expected.series[i]?.points ?? []
        return showSeries(
          labels,
          points.map(({tsNs, value}, j) => ({tsNs, value: isNear(value, near[j]?.value) ? (near[j]?.value ?? '') : value})),
        )
      })
      return [indented(found), indented(wanted)]
    }
  }
}

/** `…` at an end of the wanted text stands for anything. */
function agreesWith(text: string, wanted: string): boolean {
  const plain = wanted.replace(/^…/, '').replace(/…$/, '')
  if (wanted.startsWith('…')) return wanted.endsWith('…') ? text.includes(plain) : text.endsWith(plain)
  return wanted.endsWith('…') ? text.startsWith(plain) : text === plain
}

function isNear(found: string, wanted: string | undefined): boolean {
  const [a, b] = [Number(found), Number(wanted)]
  return Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
}

type Entry = {tsNs: bigint; line: string; metadata: string; parsed: string}

function wantedEntry({tsNs, line, metadata, parsed}: ScriptEntry): Entry {
  const text = typeof line === 'string' ? line : Buffer.from(line).toString('utf8')
  return {tsNs, line: text, metadata: labelText(metadata ?? {}), parsed: labelText(parsed ?? {})}
}

function inTime(streams: readonly AnswerStream[]): string[] {
  const all = streams.flatMap(({entries}) => entries)
  const ascending = streams.every(({entries}) => entries.every(({tsNs}, i) => tsNs >= (entries[i - 1]?.tsNs ?? tsNs)))
  const sorted = all.toSorted((a, b) => (a.tsNs === b.tsNs ? 0 : a.tsNs < b.tsNs === ascending ? -1 : 1))
  return sorted.map(entry => showEntry({...entry, metadata: '{}', parsed: '{}'}, true))
}

function showEntry({tsNs, line, metadata, parsed}: Entry, lines: boolean): string {
  const categories = metadata === '{}' && parsed === '{}' ? '' : ` <<${metadata} | ${parsed}>>`
  return lines ? `  ${tsNs}${categories} ${JSON.stringify(line)}` : `  ${tsNs}${categories}`
}

function showSeries(labels: string, points: readonly Point[]): string {
  return `${labels} ${points.map(({tsNs, value}) => `${tsNs}=${value}`).join(' ')}`
}

function showAnswer(answer: Answer): string {
  if (answer.type === 'failure') return indented([`failure ${answer.status}: ${answer.text}`])
  if (answer.type === 'series') return indented(answer.series.map(({labels, points}) => showSeries(labels, points)))
  return indented(answer.streams.flatMap(({labels, entries}) => [labels, ...entries.map(entry => showEntry(entry, true))]))
}

function indented(lines: readonly string[]): string {
  return lines.length === 0 ? '    nothing' : lines.map(line => `    ${line}`).join('\n')
}
