/*
 * label_replace(v, target, replacement, source, pattern).
 */
import {labelValue, sortLabels, type Labels} from '../../../model/index.ts'
import type {LabelReplace} from '../../logql/index.ts'
import type {Matrix} from '../matrix.ts'

/**
 * A compiled `^(?:pattern)$`: the replacement with $1, ${1}, $name filled in, or undefined when the text does not match.
 * The regex module is handed in, so that this one knows no dialect.
 */
export type Expand = (text: string, replacement: string) => string | undefined
export type CompileExpand = (pattern: string) => Expand

/** Series that become equal stay apart. A missing source reads as ""; an empty expansion removes the target. */
export function replaceLabels(node: LabelReplace, {grid, series}: Matrix, compile: CompileExpand): Matrix {
  const expand = compile(node.pattern)
  const replaced = (labels: Labels): Labels => {
    const text = expand(labelValue(labels, node.source) ?? '', node.replacement)
    if (text === undefined) return labels
    const others = labels.filter(l => l.name !== node.target)
    return text === '' ? others : sortLabels([...others, {name: node.target, value: text}])
  }
  return {grid, series: series.map(one => ({...one, labels: replaced(one.labels)}))}
}
