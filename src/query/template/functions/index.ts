/* All functions of the template language, by name. */
import type {TemplateFunction} from '../function.ts'
import {BUILTIN_FUNCTIONS} from './builtins.ts'
import {DATE_FUNCTIONS} from './dates.ts'
import {ENCODING_FUNCTIONS} from './encoding.ts'
import {MATH_FUNCTIONS} from './math.ts'
import {STRING_FUNCTIONS} from './strings.ts'

export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map(
  [BUILTIN_FUNCTIONS, DATE_FUNCTIONS, ENCODING_FUNCTIONS, MATH_FUNCTIONS, STRING_FUNCTIONS].flatMap(table => Object.entries(table)),
)
