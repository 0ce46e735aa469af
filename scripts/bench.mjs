// npm run bench: installs and builds when needed, then measures. `-- --smoke` runs a small version in under a minute.
import {setUp} from './setup.mjs'

await setUp()
const {main} = await import('../bench/main.mjs')
process.exit(await main(process.argv.slice(2)))
