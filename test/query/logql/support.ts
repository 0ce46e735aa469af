/* What the tests of the language share: the real regex check, a stand-in for the template engine, trees without spans, recorded cases. */
import {readdirSync, readFileSync} from 'node:fs'
import path from 'node:path'
import {Failure} from '../../../src/model/index.ts'
import {type CheckOptions, checkQuery, parse, type Query} from '../../../src/query/logql/index.ts'
import {checkRegex} from '../../../src/regex/index.ts'

export const OPTIONS: CheckOptions = {
  checkRegex,
  checkTemplate: (text, kind) => {
    const unknown = /\{\{\s*(quote|nosuch)\b/.exec(text)
    if (unknown) return `template: ${kind}:1: function "${unknown[1]}" not defined`
    if (/\{\{[^}]*$/.test(text)) return `template: ${kind}:1: unclosed action`
    return /\{\{\s*if\b/.test(text) && !/\{\{\s*end\s*\}\}/.test(text) ? `template: ${kind}:1: unexpected EOF` : undefined
  },
}

export function read(text: string): Query {
  return parse(text, OPTIONS)
}

/** The error a client would see for a query, or undefined. Anything but a refusal is a bug and thrown on. */
export function refusal(text: string): string | undefined {
  try {
    checkQuery(read(text), OPTIONS)
    return undefined
  } catch (error) {
    if (Failure.is(error, 'BAD_REQUEST')) return error.message
    throw error
  }
}

/** A tree as text, without positions. */
export function bare(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => {
    if (key === 'span') return undefined
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? `number ${value}` : value
  })
}

export type Case = {name: string; path: string; params: Record<string, string | string[]>; status: number; body: unknown; lokiBug?: string}

const CASES = path.join(import.meta.dirname, '../../conformance/cases')

/** @param topic  a file of test/conformance/cases, all of them when left out. */
export function cases(topic?: string): Case[] {
  const files = topic === undefined ? readdirSync(CASES).filter(name => name.endsWith('.json')) : [`${topic}.json`]
  return files.flatMap(file => JSON.parse(readFileSync(path.join(CASES, file), 'utf8')) as Case[])
}

/** LogQL texts of one case. Endpoints that take any selector, even none, are left out. */
export function queriesOf({path: endpoint, params}: Case): string[] {
  if (/volume|series|detected_labels/.test(endpoint)) return []
  return [params['query'], params['match[]']].flat().filter(text => text !== undefined)
}

/** Small deterministic generator (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
