import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { presentBuild } from '../records/present-build.ts'
import { runMs } from '../records/run-time.ts'
import type { SummaryRow } from './summary-store.ts'

/** A build as a line of a list shows it. `queue_ms` of one that waits, and `run_ms` of one that runs, go on. */
export function presentSummary(row: SummaryRow, now: number): Complete<components['schemas']['BuildSummary']> {
  const started = row.started_at?.getTime() ?? null
  const ended = row.finished_at?.getTime() ?? null
  return {
    ...presentBuild(row, row.pipeline_slug),
    failed_step: row.failed_step,
    queue_ms: (started ?? ended ?? now) - row.queued_at.getTime(),
    run_ms: runMs(row, now),
    version: row.version,
  }
}
