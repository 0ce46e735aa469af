/* The entry: hands the process' arguments, streams and signals to the command line. */
import {runCli} from './cli/index.ts'

const abort = new AbortController()
let interrupts = 0
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupts++
    // The first asks for an orderly end, the second is meant.
    if (interrupts > 1) process.exit(130)
    abort.abort(new Error(`stopped by ${signal}`))
  })
}
// `skald query … | head` closes our output; that is not an error.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0)
  throw error
})

const io = {out: process.stdout, err: process.stderr, in: process.stdin, env: process.env, signal: abort.signal}
process.exitCode = await runCli(process.argv.slice(2), io)
// Keep-alive connections of the HTTP client would hold the process for seconds.
if (process.stdout.writableLength === 0) process.exit()
process.stdout.once('drain', () => process.exit())
