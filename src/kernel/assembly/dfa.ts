// Runs a byte automaton over lines. A step depends on the one before, so one line alone waits for memory most of the time;
// four lines are walked in turns. A lane that ends its line takes the next line not yet taken; `out` notes each line's result and
// is made dense at the end, so the order is kept whatever lane is faster.

// @ts-ignore: decorator
@inline
function step(row: usize, classes: usize, p: usize): usize {
  return load<u32>(row + <usize>load<u16>(classes + (<usize>load<u8>(p) << 1)))
}

// Line `index` of those to look at: its row number, checked to be one.
// @ts-ignore: decorator
@inline
function rowOf(index: u32, selection: usize, rows: u32): u32 {
  const row = selection ? load<u32>(selection + (<usize>index << 2)) : index
  return row < rows ? row : rows - 1
}

// Where line `row` begins, inside of the lines whatever the offsets say.
// @ts-ignore: decorator
@inline
function fromOf(row: u32, offsets: usize, lines: usize, length: usize): usize {
  return lines + min<usize>(load<u32>(offsets + (<usize>row << 2)) - load<u32>(offsets), length)
}

// @ts-ignore: decorator
@inline
function toOf(row: u32, offsets: usize, lines: usize, length: usize, from: usize): usize {
  return max<usize>(lines + min<usize>(load<u32>(offsets + (<usize>row << 2), 4) - load<u32>(offsets), length), from)
}

/**
 * Row numbers of lines that match, ascending, at out; returns how many.
 *
 * @param offsets   rows + 1 u32, ascending; line i is [offsets[i] - offsets[0], offsets[i + 1] - offsets[0]). rows ≥ 1.
 * @param selection count u32 of rows to look at; 0 for all, then count = rows.
 * @param classes   256 u16: 4 × class of each byte.
 * @param start     address of the automaton's first row; a row has a u32 a class: the address of the next row.
 * @param match     address of the row that means a match; it and what lies below it (the dead row) lead to themselves.
 * @param end       4 × the class that stands for the end of a line.
 * @param out       count u32.
 */
export function dfaRows(
  lines: usize, length: usize, offsets: usize, rows: u32, selection: usize, count: u32,
  classes: usize, start: usize, match: usize, end: usize, out: usize,
): u32 {
  let taken: u32 = 0
  let row: u32
  let i0: u32 = 0, i1: u32 = 1, i2: u32 = 2, i3: u32 = 3
  let p0: usize, p1: usize, p2: usize, p3: usize
  let e0: usize, e1: usize, e2: usize, e3: usize
  let s0 = start, s1 = start, s2 = start, s3 = start
  if (count >= 8) {
    row = rowOf(0, selection, rows); p0 = fromOf(row, offsets, lines, length); e0 = toOf(row, offsets, lines, length, p0)
    row = rowOf(1, selection, rows); p1 = fromOf(row, offsets, lines, length); e1 = toOf(row, offsets, lines, length, p1)
    row = rowOf(2, selection, rows); p2 = fromOf(row, offsets, lines, length); e2 = toOf(row, offsets, lines, length, p2)
    row = rowOf(3, selection, rows); p3 = fromOf(row, offsets, lines, length); e3 = toOf(row, offsets, lines, length, p3)
    taken = 4
    for (;;) {
      const left = min(min(e0 - p0, e1 - p1), min(e2 - p2, e3 - p3))
      if (left >= 8) {
        s0 = step(s0, classes, p0); s1 = step(s1, classes, p1); s2 = step(s2, classes, p2); s3 = step(s3, classes, p3)
        s0 = step(s0, classes, p0 + 1); s1 = step(s1, classes, p1 + 1); s2 = step(s2, classes, p2 + 1); s3 = step(s3, classes, p3 + 1)
        s0 = step(s0, classes, p0 + 2); s1 = step(s1, classes, p1 + 2); s2 = step(s2, classes, p2 + 2); s3 = step(s3, classes, p3 + 2)
        s0 = step(s0, classes, p0 + 3); s1 = step(s1, classes, p1 + 3); s2 = step(s2, classes, p2 + 3); s3 = step(s3, classes, p3 + 3)
        s0 = step(s0, classes, p0 + 4); s1 = step(s1, classes, p1 + 4); s2 = step(s2, classes, p2 + 4); s3 = step(s3, classes, p3 + 4)
        s0 = step(s0, classes, p0 + 5); s1 = step(s1, classes, p1 + 5); s2 = step(s2, classes, p2 + 5); s3 = step(s3, classes, p3 + 5)
        s0 = step(s0, classes, p0 + 6); s1 = step(s1, classes, p1 + 6); s2 = step(s2, classes, p2 + 6); s3 = step(s3, classes, p3 + 6)
        s0 = step(s0, classes, p0 + 7); s1 = step(s1, classes, p1 + 7); s2 = step(s2, classes, p2 + 7); s3 = step(s3, classes, p3 + 7)
        p0 += 8; p1 += 8; p2 += 8; p3 += 8
        if (min(min(s0, s1), min(s2, s3)) > match) continue
      } else {
        for (let k: usize = 0; k < left; k++) {
          s0 = step(s0, classes, p0 + k); s1 = step(s1, classes, p1 + k); s2 = step(s2, classes, p2 + k); s3 = step(s3, classes, p3 + k)
        }
        p0 += left; p1 += left; p2 += left; p3 += left
      }
      if (p0 === e0 || s0 <= match) {
        if (s0 > match) s0 = load<u32>(s0 + end)
        store<u32>(out + (<usize>i0 << 2), <u32>(s0 === match))
        if (taken === count) { i0 = count; break }
        i0 = taken++; s0 = start
        row = rowOf(i0, selection, rows); p0 = fromOf(row, offsets, lines, length); e0 = toOf(row, offsets, lines, length, p0)
      }
      if (p1 === e1 || s1 <= match) {
        if (s1 > match) s1 = load<u32>(s1 + end)
        store<u32>(out + (<usize>i1 << 2), <u32>(s1 === match))
        if (taken === count) { i1 = count; break }
        i1 = taken++; s1 = start
        row = rowOf(i1, selection, rows); p1 = fromOf(row, offsets, lines, length); e1 = toOf(row, offsets, lines, length, p1)
      }
      if (p2 === e2 || s2 <= match) {
        if (s2 > match) s2 = load<u32>(s2 + end)
        store<u32>(out + (<usize>i2 << 2), <u32>(s2 === match))
        if (taken === count) { i2 = count; break }
        i2 = taken++; s2 = start
        row = rowOf(i2, selection, rows); p2 = fromOf(row, offsets, lines, length); e2 = toOf(row, offsets, lines, length, p2)
      }
      if (p3 === e3 || s3 <= match) {
        if (s3 > match) s3 = load<u32>(s3 + end)
        store<u32>(out + (<usize>i3 << 2), <u32>(s3 === match))
        if (taken === count) { i3 = count; break }
        i3 = taken++; s3 = start
        row = rowOf(i3, selection, rows); p3 = fromOf(row, offsets, lines, length); e3 = toOf(row, offsets, lines, length, p3)
      }
    }
    // One lane has ended for want of lines; the others have one line each.
    if (i0 < count) finish(p0, e0, s0, classes, match, end, out + (<usize>i0 << 2))
    if (i1 < count) finish(p1, e1, s1, classes, match, end, out + (<usize>i1 << 2))
    if (i2 < count) finish(p2, e2, s2, classes, match, end, out + (<usize>i2 << 2))
    if (i3 < count) finish(p3, e3, s3, classes, match, end, out + (<usize>i3 << 2))
  }
  for (; taken < count; taken++) {
    row = rowOf(taken, selection, rows)
    const from = fromOf(row, offsets, lines, length)
    finish(from, toOf(row, offsets, lines, length, from), start, classes, match, end, out + (<usize>taken << 2))
  }
  let found: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const hit = load<u32>(out + (<usize>i << 2))
    store<u32>(out + (<usize>found << 2), rowOf(i, selection, rows))
    found += hit
  }
  return found
}

function finish(p: usize, to: usize, state: usize, classes: usize, match: usize, end: usize, out: usize): void {
  while (p < to && state > match) state = step(state, classes, p++)
  if (state > match) state = load<u32>(state + end)
  store<u32>(out, <u32>(state === match))
}
