import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {renderConfigDoc} from '../../src/config/index.ts'

describe('docs/CONFIG.md', () => {
  it('is what the option table says (npm run build && node scripts/gen-config-doc.mjs)', () => {
    expect(readFileSync(new URL('../../docs/CONFIG.md', import.meta.url), 'utf8')).toBe(renderConfigDoc())
  })
})
