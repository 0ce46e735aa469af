// npm start: installs and builds when needed, then runs `skald serve` with the arguments given after `--`.
import {setUp} from './setup.mjs'

await setUp()
process.argv.splice(2, 0, 'serve')
await import('../dist/main.js')
