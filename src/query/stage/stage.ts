/*
 * The contract of pipeline operators: one operator a file, all behind {@link Stage}, described to the planner by {@link StagePlan}.
 *
 *   AST stage ─▶ StagePlan ─ needs(after), backwards over the pipeline ─▶ create(after) ─▶ Stage ─▶ apply(batch), batch by batch
 *
 * A StagePlan is made once per query and says what the operator touches, so that the planner can load as little as possible and
 * move filters. A Stage is made once per query and thread; it may keep caches and scratch buffers, and is never called concurrently.
 */
import type {Batch} from '../batch.ts'

/** Label names: a set, or all there may be. */
export type Names = ReadonlySet<string> | 'all'

export interface Stage {
  /**
   * Works on the selected rows of a batch: narrows the selection, writes parsed labels, replaces lines, sets errors.
   *
   * Callers guarantee, and stages do not check: the selection is ascending and in range; lines are loaded when the plan said
   * `needsLine`; stages are applied in pipeline order, each once per batch, also when no row is selected any more.
   * Stages guarantee: rows that are not selected are not looked at; the selection stays ascending and only shrinks; nothing of the
   * chunk is changed; no reference into the batch is kept after the call. They never throw for what a line holds: that is an error
   * state of the row. They throw Failure only for limits.
   */
  apply(batch: Batch): void
}

export interface StagePlan {
  /** `parser`: writes labels from the line, nothing else; left out when nobody looks at what it writes. */
  readonly kind: 'line-filter' | 'label-filter' | 'parser' | 'other'
  /** A parser for which extracting a few names is much cheaper than all; it gives the same answer when it is run a second time for more. */
  readonly lazy?: boolean
  /** The operator as LogQL writes it, for explain and messages: `json`, `|= "x"`, `label_format a="b"`. */
  readonly text: string
  /** True when it reads lines. Line lengths alone do not count. */
  readonly needsLine: boolean
  readonly changesLine: boolean
  /** True when it may drop rows. */
  readonly narrows: boolean
  /**
   * Which labels must be right before this stage, when `after` must be right behind it: `after` without what the stage sets in any
   * case, plus what it reads. For a parser that is `after`, plus `x` for each `x_extracted` (see {@link parserNeeds}).
   * Names include `__error__` and `__error_details__`.
   */
  needs(after: Names): Names
  /** True when it may change what `name` reads as, in any row that it keeps. */
  writes(name: string): boolean
  /**
   * @param after what later stages and the result look at. A parser extracts a key only when {@link wants} says so. Without
   * `__error__` in `after` it may stop reading a line as soon as it has found all of them, even if it would meet a syntax error
   * later; with it, it reads to the end. Labels outside `after` may be left undone or be done, as is cheaper.
   */
  create(after: Names): Stage
}

/** Whether a parser has to extract a key when `after` is asked of it: under its own name or suffixed. */
export function wants(after: Names, key: string): boolean {
  return after === 'all' || after.has(key) || after.has(`${key}_extracted`)
}

/** {@link StagePlan.needs} of a parser. */
export function parserNeeds(after: Names): Names {
  if (after === 'all') return after
  const names = new Set(after)
  for (const name of after) if (name.endsWith('_extracted')) names.add(name.slice(0, -'_extracted'.length))
  return names
}

export function withNames(names: Names, more: Iterable<string>): Names {
  if (names === 'all') return names
  return new Set([...names, ...more])
}

export function hasName(names: Names, name: string): boolean {
  return names === 'all' || names.has(name)
}
