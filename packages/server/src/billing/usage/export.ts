import type { Readable } from 'node:stream'
import type { Database } from '../../platform/database/transaction.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'
import { listEntries } from '../ledger/ledger-store.ts'
import { type Cell, csvStream } from './csv.ts'
import { leasesAfter } from './lease-store.ts'
import type { UsageWindow } from './window.ts'

const pageRows = 1000

/** The ledger of a window, newest first. */
export function exportLedger(database: Database, organizationId: string, window: UsageWindow): Readable {
  const header = ['id', 'created_at', 'amount_cents', 'source', 'description', 'pipeline', 'build', 'job_id']
  async function* pages(): AsyncGenerator<readonly (readonly Cell[])[]> {
    const filter = { source: null, ...window }
    for (let after: AgeKey | null = null; ; ) {
      const rows = await listEntries(database, organizationId, filter, { after, limit: pageRows })
      yield rows.map((row) => [
        row.id,
        row.created_at,
        row.amount_cents,
        row.source,
        row.description,
        row.pipeline_slug,
        row.number,
        row.job_id,
      ])
      const last = rows.at(-1)
      if (last === undefined || rows.length < pageRows) return
      after = { createdAt: last.created_at, id: last.id }
    }
  }
  return csvStream(header, pages())
}

/** The leases of a window, oldest first. */
export function exportUsage(database: Database, organizationId: string, window: UsageWindow): Readable {
  const header = [
    ...['started_at', 'finished_at', 'seconds', 'pipeline', 'build', 'step', 'job_id'],
    ...['vcpus', 'memory_gb', 'disk_gb', 'cost_micro_cents', 'debit_cents'],
  ]
  async function* pages(): AsyncGenerator<readonly (readonly Cell[])[]> {
    for (let after: AgeKey | null = null; ; ) {
      const rows = await leasesAfter(database, organizationId, window, { after, limit: pageRows })
      yield rows.map((row) => [
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
      ])
      const last = rows.at(-1)
      if (last === undefined || rows.length < pageRows) return
      after = { createdAt: last.started_at, id: last.job_id }
    }
  }
  return csvStream(header, pages())
}
