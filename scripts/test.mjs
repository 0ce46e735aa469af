// npm test: installs and builds when needed, then runs all tests. Arguments go to vitest: npm test -- test/store
import {runBin, setUp} from './setup.mjs'

await setUp()
console.log('skald: running the tests (vitest)')
process.exit(runBin('vitest/vitest.mjs', ['run', ...process.argv.slice(2)]))
