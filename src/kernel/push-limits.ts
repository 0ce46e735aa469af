/** How many entries one push may hold: a limit on memory, since an empty entry takes two bytes on the wire. */
import {Failure} from '../model/index.ts'

/** Columns take 34 bytes a row. */
export const ROWS_MAX = 8_388_608

export function checkPushRows(streams: number, rows: number, rowsMax: number): void {
  // Streams without entries cost as much as rows do.
  if (rows > rowsMax || streams > rowsMax)
    throw new Failure('TOO_LARGE', `request too large: ${Math.max(rows, streams)} entries, limit: ${rowsMax} entries`)
}
