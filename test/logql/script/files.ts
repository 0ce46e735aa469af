/*
 * The scripts, as they lie next to the tests.
 */
import {readdirSync, readFileSync} from 'node:fs'
import path from 'node:path'
import {parseScript, type Script} from './parse.ts'

const here = path.join(import.meta.dirname, '..')

/** The start of the scripts' time: 2024-01-01T00:00:00Z. */
export const T0 = 1_704_067_200_000_000_000n
const DAY_NS = 86_400_000_000_000n

export const SCRIPTS = readdirSync(here).filter(name => name.endsWith('.logql'))

/** @param day  of January 2024, 0 the first: scripts that share a server must not meet. */
export function readScript(name: string, day = 0): Script {
  const include = (data: string): string => readFileSync(path.join(here, 'data', `${data}.load`), 'utf8')
  return parseScript(readFileSync(path.join(here, name), 'utf8'), T0 + BigInt(day) * DAY_NS, include)
}
