// Builds dist/: the kernels (AssemblyScript -> WebAssembly) and the server (TypeScript -> JavaScript).
// Skips what is newer than its sources; `--force` builds all.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import path from 'node:path'
import {fileURLToPath} from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

function newest(dir, filter) {
  let time = 0
  for (const entry of readdirSync(dir, {withFileTypes: true, recursive: true})) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath ?? entry.path, entry.name)
    if (filter(file)) time = Math.max(time, statSync(file).mtimeMs)
  }
  return time
}

function run(name, script, args) {
  const result = spawnSync(process.execPath, [script, ...args], {cwd: root, stdio: 'inherit'})
  if (result.status !== 0) {
    console.error(`skald: ${name} failed`)
    process.exit(result.status ?? 1)
  }
}

const bin = (pkg, file) => path.join(path.dirname(require.resolve(`${pkg}/package.json`)), file)

export function build({force = false, quiet = false} = {}) {
  const stamp = path.join(root, 'dist', '.stamp')
  const wasm = path.join(root, 'dist', 'kernel', 'kernel.wasm')
  const assembly = path.join(root, 'src', 'kernel', 'assembly')
  const isKernel = file => file.startsWith(assembly + path.sep)
  const config = statSync(path.join(root, 'tsconfig.build.json')).mtimeMs
  const self = statSync(fileURLToPath(import.meta.url)).mtimeMs
  if (force) rmSync(path.join(root, 'dist'), {recursive: true, force: true})
  mkdirSync(path.join(root, 'dist', 'kernel'), {recursive: true})
  const builtAt = file => (existsSync(file) ? statSync(file).mtimeMs : 0)
  if (
    builtAt(wasm) <
    Math.max(
      newest(assembly, () => true),
      self,
    )
  ) {
    if (!quiet) console.log('skald: building the kernels (AssemblyScript)')
    run('asc', bin('assemblyscript', 'bin/asc.js'), [
      'src/kernel/assembly/index.ts',
      '--outFile',
      wasm,
      '--runtime',
      'stub',
      '--importMemory',
      '--initialMemory',
      '16',
      '--noAssert',
      '--zeroFilledMemory', // every instance has a memory of its own: no zeros in the file
      '--enable',
      'simd',
      '--enable',
      'bulk-memory',
      '-O3',
      '--use',
      'abort=',
    ])
  }
  if (
    builtAt(stamp) <
    Math.max(
      newest(path.join(root, 'src'), file => !isKernel(file)),
      config,
      self,
    )
  ) {
    if (!quiet) console.log('skald: building the server (TypeScript)')
    run('tsc', bin('typescript', 'bin/tsc'), ['-p', 'tsconfig.build.json'])
    writeFileSync(stamp, '')
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const {prepare} = await import('./setup.mjs')
  prepare()
  build({force: process.argv.includes('--force')})
}
