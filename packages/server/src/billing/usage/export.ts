/** Exports of the ledger and of leases as CSV. */
import { Readable } from 'node:stream'
import type { Database } from '../../platform/database/transaction.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'
import { listEntries } from '../ledger/ledger.ts'
import type { UsageWindow } from './window.ts'

const pageRows = 1000

/** Exports the ledger of a window as CSV, newest first. */
export function exportLedger(database: Database, organizationId: string, window: UsageWindow): Readable {
  const header = ['id', 'created_at', 'amount_cents', 'source', 'description', 'pipeline', 'build', 'job_id']
  const pages = allPages(
    (page) => listEntries(database, organizationId, { source: null, ...window }, page),
    (row) => ({ createdAt: row.created_at, id: row.id }),
    (row) => [
      row.id,
      row.created_at,
      row.amount_cents,
      row.source,
      row.description,
      row.pipeline_slug,
      row.number,
      row.job_id,
    ],
  )
  return csvStream(header, pages)
}

/** Exports the leases of a window as CSV, oldest first. */
export function exportUsage(database: Database, organizationId: string, window: UsageWindow): Readable {
  const header = [
    ...['started_at', 'finished_at', 'seconds', 'pipeline', 'build', 'step', 'job_id'],
    ...['vcpus', 'memory_gb', 'disk_gb', 'cost_micro_cents', 'debit_cents'],
  ]
  const pages = allPages(
    (page) => leasesAfter(database, organizationId, window, page),
    (row) => ({ createdAt: row.started_at, id: row.job_id }),
    (row) => [
      row.started_at,
      row.finished_at,
      row.seconds,
      row.pipeline_slug,
      row.number,
      row.step_key,
      row.job_id,
      row.cpu_count,
      row.memory_gb,
      row.disk_gb,
      row.cost,
      row.debit_cents,
    ],
  )
  return csvStream(header, pages)
}

interface Page {
  readonly after: AgeKey | null
  readonly limit: number
}

/** Reads a list page by page, as rows of cells. */
async function* allPages<Row>(
  read: (page: Page) => Promise<readonly Row[]>,
  keyOf: (row: Row) => AgeKey,
  cellsOf: (row: Row) => readonly Cell[],
): AsyncGenerator<readonly (readonly Cell[])[]> {
  for (let after: AgeKey | null = null; ; ) {
    const rows: readonly Row[] = await read({ after, limit: pageRows })
    yield rows.map(cellsOf)
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageRows) return
    after = keyOf(last)
  }
}

interface ChargedLeaseRow {
  readonly job_id: string
  readonly step_key: string
  readonly pipeline_slug: string | null
  readonly number: number | null
  readonly started_at: Date
  readonly finished_at: Date
  readonly seconds: number
  readonly cpu_count: number
  readonly memory_gb: number
  readonly disk_gb: number
  readonly cost: number
  readonly debit_cents: number
}

/** Lists the charged leases of a window after a key of start and job, oldest first. */
async function leasesAfter(
  database: Database,
  organizationId: string,
  window: UsageWindow,
  page: Page,
): Promise<readonly ChargedLeaseRow[]> {
  const { rows } = await database.query<ChargedLeaseRow>({
    name: 'leases-after',
    text: `select l.job_id, l.step_key, p.slug as pipeline_slug, r.number, l.started_at, l.finished_at, l.seconds::float8 as seconds, l.cpu_count,
                  l.memory_gb, l.disk_gb, l.cost::float8 as cost, l.debit_cents::float8 as debit_cents
             from vm_leases l left join build_records r on r.id = l.build_id left join pipelines p on p.id = r.pipeline_id
            where l.organization_id = $1 and l.started_at >= $2 and l.started_at < $3
              and ($4::timestamptz is null or (l.started_at, l.job_id) > ($4, $5::uuid))
            order by l.started_at, l.job_id
            limit $6`,
    values: [organizationId, window.from, window.to, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
  })
  return rows
}

/** A cell. Dates are written in UTC. */
type Cell = string | number | Date | null

/** Streams a CSV file (RFC 4180) page by page, so that a long one is never whole in memory. */
function csvStream(header: readonly string[], pages: AsyncIterable<readonly (readonly Cell[])[]>): Readable {
  return Readable.from(lines(header, pages))
}

async function* lines(header: readonly string[], pages: AsyncIterable<readonly (readonly Cell[])[]>) {
  const { stringify } = await import('csv-stringify/sync')
  const toText = (rows: readonly (readonly Cell[])[]) =>
    stringify(
      rows.map((row) => row.map(cellText)),
      { record_delimiter: '\r\n' },
    )
  yield toText([header])
  for await (const rows of pages) if (rows.length > 0) yield toText(rows)
}

function cellText(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  if (typeof cell !== 'string') return cell.toISOString()
  // Prevents a spreadsheet from running the text as a formula.
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
}
