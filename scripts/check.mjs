// npm run check: types, lint, format, tidy. Says which failed, and exits with 1 when any did.
import {runBin, setUp} from './setup.mjs'

await setUp()
const steps = [
  ['types', 'typescript/bin/tsc', ['-p', 'tsconfig.json']],
  ['lint', 'oxlint/bin/oxlint', []],
  ['format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']],
  ['tidy', 'vitest/vitest.mjs', ['run', 'test/tidy.test.ts', '--reporter', 'dot']],
]
const failed = []
for (const [name, file, args] of steps) {
  console.log(`skald: ${name}`)
  if (runBin(file, args) !== 0) failed.push(name)
}
console.log(failed.length === 0 ? 'skald: all checks passed' : `skald: failed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
