import {readFileSync} from 'node:fs'

/** Of package.json, which lies above both src/cli and dist/cli. */
export const VERSION: string = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {version: string})
  .version
