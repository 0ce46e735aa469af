// What every npm script needs first: a Node that is new enough, the dependencies, and a build. Plain JavaScript without
// dependencies, in syntax that old versions of Node still parse, so that they can be told that they are too old.
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import path from 'node:path'
import {fileURLToPath} from 'node:url'

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

function checkNode() {
  const needed = [20, 19]
  const have = process.versions.node.split('.').map(Number)
  if (have[0] > needed[0] || (have[0] === needed[0] && have[1] >= needed[1])) return
  console.error(
    'skald: Node.js ' + needed.join('.') + ' or newer is needed, this is ' + process.versions.node + ' (' + process.execPath + ').',
  )
  process.exit(1)
}

function install() {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const wanted = JSON.stringify([manifest.dependencies, manifest.devDependencies, manifest.overrides])
  const digest = createHash('sha256').update(wanted).digest('hex')
  const stamp = path.join(root, 'node_modules', '.skald-installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  console.log('skald: installing dependencies (npm install)')
  const result = spawnSync('npm', ['install', '--include=dev', '--no-progress'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (result.status !== 0) {
    console.error('skald: npm install failed')
    process.exit(result.status || 1)
  }
  writeFileSync(stamp, digest)
}

/** Checks Node and installs what is missing. */
export function prepare() {
  checkNode()
  install()
}

/** Checks Node, installs what is missing and builds what is old. */
export async function setUp() {
  prepare()
  const {build} = await import('./build.mjs')
  build()
}

/** Runs a program of node_modules; returns its exit code. */
export function runBin(file, args) {
  const result = spawnSync(process.execPath, [path.join(root, 'node_modules', file), ...args], {cwd: root, stdio: 'inherit'})
  return result.status === null ? 1 : result.status
}
