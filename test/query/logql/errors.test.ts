/* Every error text of the language: parse-errors.txt, and what was recorded. */
import {readFileSync} from 'node:fs'
import path from 'node:path'
import {describe, expect, test} from 'vitest'
import {cases, queriesOf, read, refusal} from './support.ts'

const rows = readFileSync(path.join(import.meta.dirname, 'parse-errors.txt'), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('# '))
  .map(line => line.split('\t') as [string, string])

describe('errors', () => {
  test.each(rows)('%s', (query, message) => {
    expect(refusal(query.replaceAll('\\n', '\n'))).toBe(message)
  })

  const recorded = cases('errors-parse').flatMap(c => queriesOf(c).map(query => ({...c, query})))
  // The others are for the engine to refuse.
  const refused = recorded.filter(c => c.status === 400 && String(c.body).startsWith('parse error'))

  test('recorded: there are some', () => {
    expect(refused.length).toBeGreaterThan(100)
  })
  test.each(refused)('recorded $name: $query', ({query, body}) => {
    expect(refusal(query)).toBe(body)
  })
  test.each(cases().filter(c => c.status === 200))('recorded as fine: $name', c => {
    for (const query of queriesOf(c)) {
      // Formatting needs no pipeline; what Loki answers by mistake is an error here.
      if (c.path.endsWith('format_query') || c.lokiBug !== undefined) read(query)
      else expect(refusal(query)).toBeUndefined()
    }
  })
  test('an ip pattern is checked wherever it stands', () => {
    const text = '{a="b"} | a=ip("1.1.1.1") or a=ip("bad")'
    expect(read(text).kind).toBe('logs')
    expect(refusal(text)).toBe(`parse error : stage '| ( a=ip("1.1.1.1") or a=ip("bad") )' : ip: invalid pattern: "bad"`)
  })
})
