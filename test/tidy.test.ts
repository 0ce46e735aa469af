/* The house rules that no linter checks: import direction, file length, no dead exports, TODOs with reasons, modules reached through their index. */
import {readdirSync, readFileSync, statSync} from 'node:fs'
import path from 'node:path'
import {describe, expect, test} from 'vitest'

const root = path.join(import.meta.dirname, '..')
const LINES_MAX = 500
const FILES_PER_FOLDER_MAX = 25

function files(dir: string): string[] {
  return readdirSync(path.join(root, dir), {recursive: true, withFileTypes: true})
    .filter(e => e.isFile() && /\.(ts|mjs)$/.test(e.name))
    .map(e => path.relative(root, path.join(e.parentPath, e.name)))
    .sort()
}

const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const sources = files('src').filter(f => !f.startsWith('src/kernel/assembly/'))
const everything = ['src', 'test', 'bench', 'scripts', 'bin'].flatMap(files)

/** Module -> modules it may import. */
const ALLOWED: Record<string, string[]> = {
  model: [],
  kernel: ['model'],
  regex: ['model', 'kernel'],
  config: ['model'],
  store: ['model', 'kernel', 'config', 'regex'],
  ingest: ['model', 'kernel', 'config', 'regex', 'store'],
  query: ['model', 'kernel', 'config', 'regex', 'store'],
  worker: ['model', 'kernel', 'config', 'regex', 'store', 'query'],
  api: ['model', 'config', 'store', 'ingest', 'query', 'worker'],
  cli: ['model', 'kernel', 'config', 'regex', 'store', 'ingest', 'query', 'worker', 'api'],
}

const moduleOf = (file: string) => file.split(path.sep)[1] ?? ''

function imports(file: string): string[] {
  const found: string[] = []
  for (const m of read(file).matchAll(/^(?:import|export)\s[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm)) found.push(m[1] ?? m[2] ?? '')
  return found
}

describe('tidy', () => {
  test('imports point one way, and other modules are reached through their index', () => {
    const wrong: string[] = []
    for (const file of sources) {
      const from = moduleOf(file)
      if (from.endsWith('.ts')) continue // main.ts
      for (const spec of imports(file)) {
        if (!spec.startsWith('.')) continue
        const target = path.normalize(path.join(path.dirname(file), spec))
        const to = moduleOf(target)
        if (to === from) continue
        if (!ALLOWED[from]?.includes(to)) wrong.push(`${file} imports ${to}/`)
        const withinContract = target === path.join('src', to, 'index.ts') || /^src\/query\/(logql|metric|exec)\/index\.ts$/.test(target)
        if (!withinContract) wrong.push(`${file} imports ${target}, not an index.ts`)
      }
    }
    expect(wrong).toEqual([])
  })

  test(`no file is longer than ${LINES_MAX} lines, no folder holds more than ${FILES_PER_FOLDER_MAX} files`, () => {
    const long = everything.filter(f => read(f).split('\n').length > LINES_MAX + 1)
    const folders = new Map<string, number>()
    for (const f of everything) folders.set(path.dirname(f), (folders.get(path.dirname(f)) ?? 0) + 1)
    const crowded = [...folders].filter(([, n]) => n > FILES_PER_FOLDER_MAX).map(([d]) => d)
    expect({long, crowded}).toEqual({long: [], crowded: []})
  })

  test('no star exports in an index, no default exports', () => {
    const star = sources.filter(f => f.endsWith('index.ts') && /^export \*/m.test(read(f)))
    const byDefault = sources.filter(f => /^export default/m.test(read(f)))
    expect({star, byDefault}).toEqual({star: [], byDefault: []})
  })

  test('no dead exports', () => {
    // What an index only passes on is not used by that.
    const texts = everything.map(f => ({file: f, text: read(f).replace(/^export (?:type )?\{[^}]*\} from .*$/gm, '')}))
    const dead: string[] = []
    for (const file of sources) {
      for (const m of read(file).matchAll(/^export (?:async )?(?:abstract )?(?:function\*?|const|let|class|type|interface) (\w+)/gm)) {
        const name = m[1] ?? ''
        const word = new RegExp(`\\b${name}\\b`)
        const usedElsewhere = texts.some(t => t.file !== file && word.test(t.text))
        const usedHere = (read(file).match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1
        if (!usedElsewhere && !usedHere) dead.push(`${file}: ${name}`)
      }
    }
    expect(dead).toEqual([])
  })

  test('only cli/ and main.ts read the environment or exit; only config/ names it', () => {
    const wrong = sources.filter(f => !f.startsWith('src/cli/') && f !== 'src/main.ts' && /process\.(env|exit)\b/.test(read(f)))
    expect(wrong).toEqual([])
  })

  test('store knows no LogQL and no HTTP', () => {
    const wrong = sources.filter(
      f => f.startsWith('src/store/') && /fastify|node:http|logql/i.test(read(f).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
    )
    expect(wrong).toEqual([])
  })

  test('a TODO has a reason', () => {
    const bare = everything.filter(f => f !== 'test/tidy.test.ts' && /\b(TODO|FIXME|XXX)\b(?!\s*\([^)]+\):)/.test(read(f)))
    expect(bare).toEqual([])
  })

  test('documents name only files that exist', () => {
    const missing: string[] = []
    for (const doc of ['README.md', 'docs/ARCHITECTURE.md', 'docs/FORMAT.md']) {
      for (const m of read(doc).matchAll(/`((?:src|test|bench|scripts|docs)\/[\w./-]+)`/g)) {
        const target = m[1] ?? ''
        try {
          statSync(path.join(root, target))
        } catch {
          missing.push(`${doc}: ${target}`)
        }
      }
    }
    expect(missing).toEqual([])
  })
})
