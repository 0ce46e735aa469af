/*
 * topk, bottomk, sort: aggregations that pick or order series and leave them as they are.
 *
 * Ties are decided by labels, so that the same data always gives the same answer.
 */
import {compareLabels} from '../../../model/index.ts'
import type {Grouping} from '../../logql/index.ts'
import {grouper} from '../grouping.ts'
import {dropEmpty, type Matrix, type Series} from '../matrix.ts'
import {SeriesTable} from '../series-table.ts'

/**
 * The k largest (or smallest) series of each group at each step. NaN is chosen last by both. In a vector the groups stay in
 * order of first appearance and the chosen are ordered by value, best first.
 *
 * @param k  ≥ 1
 */
export function pickBest(k: number, largest: boolean, grouping: Grouping, {grid, series}: Matrix): Matrix {
  const reduce = grouper(grouping)
  const table = new SeriesTable()
  const groups: Series[][] = []
  for (const one of [...series].sort((a, b) => compareLabels(a.labels, b.labels))) {
    const group = table.intern(reduce(one.labels))
    ;(groups[group] ??= []).push(one)
  }
  const chosen = groups.flatMap(members => {
    const kept = members.map(() => new Uint8Array(grid.count))
    let best: number[] = []
    for (let step = 0; step < grid.count; step++) {
      best = bestAt(step, k, largest, members)
      for (const index of best) kept[index]![step] = 1
    }
    const order = grid.count === 1 ? best : members.map((_, index) => index)
    return order.map(index => ({...members[index]!, present: kept[index]!}))
  })
  return {grid, series: dropEmpty(chosen)}
}

/** Indexes of the k best members present at a step, best first; a heap with the worst on top keeps k of n in n·log k. */
function bestAt(step: number, k: number, largest: boolean, members: readonly Series[]): number[] {
  const heap: number[] = []
  const worse = (a: number, b: number): boolean => {
    const x = members[a]!.values[step]!
    const y = members[b]!.values[step]!
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && (!Number.isNaN(y) || a > b)
    return x === y ? a > b : largest ? x < y : x > y
  }
  for (let index = 0; index < members.length; index++) {
    if (members[index]!.present[step] === 0) continue
    if (heap.length < k) siftUp(heap, index, worse)
    else if (worse(heap[0]!, index)) replaceTop(heap, index, worse)
  }
  return heap.sort((a, b) => (worse(a, b) ? 1 : -1))
}

function siftUp(heap: number[], item: number, worse: (a: number, b: number) => boolean): void {
  let at = heap.push(item) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!worse(item, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = item
}

function replaceTop(heap: number[], item: number, worse: (a: number, b: number) => boolean): void {
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && worse(heap[child + 1]!, heap[child]!)) child++
    if (!worse(heap[child]!, item)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = item
}

/** Orders a vector by value, NaN last both ways, ties by labels. A matrix has no one order and stays as it is. */
export function sortByValue(descending: boolean, {grid, series}: Matrix): Matrix {
  if (grid.count !== 1) return {grid, series}
  const sign = descending ? -1 : 1
  const compare = (a: Series, b: Series): number => {
    const x = a.values[0]!
    const y = b.values[0]!
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || compareLabels(a.labels, b.labels)
    return x === y ? compareLabels(a.labels, b.labels) : x < y ? -sign : sign
  }
  return {grid, series: [...series].sort(compare)}
}
