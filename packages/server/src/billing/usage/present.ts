import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import type { EntryRow } from '../ledger/ledger-store.ts'
import { microCentsPerCent } from './lease-cost.ts'
import type { DayRow, PipelineDayRow } from './usage.ts'
import { daysOf, type UsageWindow } from './window.ts'

type Schemas = components['schemas']

/** A ledger entry; a debit whose build is still there names its job. */
export function presentEntry(row: EntryRow): Complete<Schemas['Transaction']> {
  const { id, amount_cents, source, description, job_id, pipeline_slug, number } = row
  const isLinked = job_id !== null && pipeline_slug !== null && number !== null
  return {
    id,
    amount_cents,
    source,
    description,
    created_at: formatInstant(row.created_at),
    job: isLinked ? { pipeline_slug, number, job_id } : null,
  }
}

/** One bucket for each UTC day of the window, zero where nothing was used. */
export function presentSeries(rows: readonly DayRow[], window: UsageWindow): Complete<Schemas['UsageSeriesBucket']>[] {
  const byDay = new Map(rows.map((row) => [row.day, row]))
  return daysOf(window).map((date) => {
    const row = byDay.get(date)
    return {
      date,
      cpu_seconds: row?.cpu_seconds ?? 0,
      memory_gb_seconds: row?.memory_gb_seconds ?? 0,
      disk_gb_seconds: row?.disk_gb_seconds ?? 0,
      total_cents: row?.total_cents ?? 0,
    }
  })
}

/** Pipelines by what they cost, dearest first; use whose pipeline is gone is one entry without a name. */
export function presentPipelines(
  rows: readonly PipelineDayRow[],
  window: UsageWindow,
): Complete<Schemas['PipelineUsage']>[] {
  const dates = daysOf(window)
  return [...Map.groupBy(rows, (row) => row.pipeline_id).values()]
    .map((days) => {
      const byDay = new Map(days.map((row) => [row.day, row]))
      const sum = (of: (row: PipelineDayRow) => number) => days.reduce((total, row) => total + of(row), 0)
      return {
        pipeline_slug: days[0]?.slug ?? null,
        pipeline_name: days[0]?.name ?? null,
        total_cents: cents(sum((row) => row.cost)),
        cpu_seconds: sum((row) => row.cpu_seconds),
        builds: sum((row) => row.builds),
        days: dates.map((date) => ({
          date,
          total_cents: cents(byDay.get(date)?.cost ?? 0),
          cpu_seconds: byDay.get(date)?.cpu_seconds ?? 0,
        })),
      }
    })
    .sort((a, b) => b.total_cents - a.total_cents)
}

function cents(cost: number): number {
  return Math.floor(cost / microCentsPerCent)
}
