import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'

/** A cell; an instant is written in UTC. */
export type Cell = string | number | Date | null

/** A CSV file (RFC 4180) that is read page by page, so that a long one is never whole in memory. */
export function csvStream(header: readonly string[], pages: AsyncIterable<readonly (readonly Cell[])[]>): Readable {
  return Readable.from(lines(header, pages))
}

async function* lines(header: readonly string[], pages: AsyncIterable<readonly (readonly Cell[])[]>) {
  yield toText([header])
  for await (const rows of pages) if (rows.length > 0) yield toText(rows)
}

function toText(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => row.map(cellText)),
    { record_delimiter: '\r\n' },
  )
}

function cellText(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  if (typeof cell !== 'string') return cell.toISOString()
  // A spreadsheet would run such a text as a formula.
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
}
