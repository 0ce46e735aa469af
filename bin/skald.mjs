#!/usr/bin/env node
// The `skald` command. In a clone it installs and builds first when needed, quietly when there is nothing to do.
import {existsSync} from 'node:fs'

if (existsSync(new URL('../scripts/setup.mjs', import.meta.url))) {
  const {setUp} = await import('../scripts/setup.mjs')
  const log = console.log
  console.log = console.error // the output of a query must stay clean
  await setUp()
  console.log = log
}
await import('../dist/main.js')
