/*
 * Runs a template over labels, as a stage does for one row.
 */
import {compileTemplate} from '../../../src/query/template/index.ts'

/** 2026-11-21T10:00:00.123456789Z */
export const TIMESTAMP_NS = 1_795_255_200_123_456_789n
export const NOW_NS = 1_800_000_000_000_000_000n

export const LABELS: Readonly<Record<string, string>> = {
  name: 'Ann Lee',
  n: '7',
  f: '3.75',
  neg: '-7',
  empty: '',
  uni: 'héllo',
  csv: 'a,b,,c',
  multi: 'l1\nl2',
  obj: '{"k":{"a":[1,2.5,"s",null,true]},"z":"y","none":null}',
  __error__: 'JSONParserErr',
}

export function render(text: string, labels: Readonly<Record<string, string>> = LABELS, name: 'line' | 'label' = 'line'): string {
  return compileTemplate(text, name, () => NOW_NS).run({
    labels: new Map(Object.entries(labels)),
    line: () => 'the line',
    timestampNs: () => TIMESTAMP_NS,
    budget: {steps: 20_000_000},
  })
}

export function failure(text: string): string {
  try {
    return `no failure: ${render(text)}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
