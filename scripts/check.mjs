// npm run check: types, lint, format, tidy. Says which failed, and exits with 1 when any did.
import {runBin, setUp} from './setup.mjs'

await setUp()
const steps = [
  {name: 'types', file: 'typescript/bin/tsc', args: ['-p', 'tsconfig.json']},
  {name: 'lint', file: 'oxlint/bin/oxlint', args: []},
  {name: 'format', file: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.']},
  {name: 'tidy', file: 'vitest/vitest.mjs', args: ['run', 'test/tidy.test.ts', '--reporter', 'dot']},
]
const failed = []
for (const {name, file, args} of steps) {
  console.log(`skald: ${name}`)
  if (runBin(file, args) !== 0) failed.push(name)
}
console.log(failed.length === 0 ? 'skald: all checks passed' : `skald: failed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
