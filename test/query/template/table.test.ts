import {readFileSync} from 'node:fs'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {failure, render} from './support.ts'

const rows = readFileSync(`${import.meta.dirname}/table.txt`, 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('# '))
  .map(line => {
    const [, template = '', mark = '', result = ''] = /^(.*?) (=>|!>) ?(.*)$/.exec(line) ?? []
    return {template: template.replaceAll(/(}}|a)\\n/g, '$1\n'), fails: mark === '!>', result}
  })

// Dates without a zone are in the server's.
const zone = process.env['TZ']
beforeAll(() => {
  process.env['TZ'] = 'UTC'
})
afterAll(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

test.each(rows.filter(row => !row.fails))('$template', ({template, result}) => {
  expect(render(template)).toBe(result.replaceAll(/\\\\|\\n/g, escape => (escape === '\\n' ? '\n' : '\\')))
})

test.each(rows.filter(row => row.fails))('$template fails', ({template, result}) => {
  expect(failure(template)).toBe(`template: line:${result}`)
})
