// Writes docs/CONFIG.md from the option table. Needs a build; test/config/doc.test.ts keeps the page in sync.
import {mkdirSync, writeFileSync} from 'node:fs'
import path from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from './build.mjs'

build({quiet: true})
const {renderConfigDoc} = await import('../dist/config/index.js')
const docs = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'docs')
mkdirSync(docs, {recursive: true})
writeFileSync(path.join(docs, 'CONFIG.md'), renderConfigDoc())
