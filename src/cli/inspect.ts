/*
 * skald inspect: any file of a data directory as readable text; damage is named with file and offset, and the exit code is 1.
 */
import {open, readFile, realpath} from 'node:fs/promises'
import path from 'node:path'
import {Failure} from '../model/index.ts'
import type {Command} from './command.ts'
import {EXIT_FAILED, EXIT_OK, UsageError} from './command.ts'
import {write} from './output.ts'

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'print a log, manifest or part file readably',
  usage: '[flags] <file>…',
  examples: [
    'skald inspect data/log/00000012.log',
    'skald inspect data/objects/fake/2026-11-22/manifest',
    'skald inspect --rows data/objects/fake/2026-11-22/*.part',
  ],
  flags: {
    rows: {type: 'boolean', help: 'Print the entries of a part too.'},
  },
  run: async (values, files, io) => {
    if (files.length === 0) throw new UsageError('give a file')
    let code = EXIT_OK
    for (const file of files) {
      if (files.length > 1) io.out.write(`== ${file}\n`)
      try {
        for await (const line of describe(file, values.on('rows'))) {
          // Damage of parts and manifests is thrown; that of a log is shown where it is, and what follows it too.
          if (/^@\d+ +DAMAGED /.test(line)) code = EXIT_FAILED
          if (!(await write(io.out, `${line}\n`))) return code
        }
      } catch (error) {
        // The other files may be whole.
        if (!Failure.is(error) || files.length === 1) throw error
        io.err.write(`skald inspect: ${error.message}\n`)
        code = EXIT_FAILED
      }
    }
    return code
  },
}

async function* describe(file: string, rows: boolean): AsyncGenerator<string> {
  const name = path.basename(file)
  const {describeLog, describeManifest, describePart, openLocalObjectStore, openPart} = await import('../store/index.ts')
  const {createKernel} = await import('../kernel/index.ts')
  if (name.endsWith('.part')) {
    // Parts are read through the object store, as the server reads them.
    const real = await realpath(file)
    const objects = openLocalObjectStore({directory: path.dirname(real)})
    yield* describePart(await openPart({objects, key: path.basename(real), kernel: createKernel()}), {rows})
    return
  }
  if (name.startsWith('manifest')) {
    yield* describeManifest(file, await readFile(file))
    return
  }
  if (!/\.log(\.at-\d+\.quarantine)?$/.test(name)) throw new UsageError(`${file} is neither a log (*.log), a manifest nor a part (*.part)`)
  const handle = await open(file, 'r')
  try {
    yield* describeLog({
      size: async () => (await handle.stat()).size,
      read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    })
  } finally {
    await handle.close()
  }
}
