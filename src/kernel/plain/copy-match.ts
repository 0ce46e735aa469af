/** n bytes at `to` from `off` bytes back, one by one where they overlap. */
export function copyMatch(out: Uint8Array, to: number, off: number, n: number): void {
  if (off >= n) {
    out.copyWithin(to, to - off, to - off + n)
  } else {
    for (let i = 0; i < n; i++) out[to + i] = out[to + i - off] ?? 0
  }
}
