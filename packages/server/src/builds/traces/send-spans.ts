import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '@harmont/engine'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { EndedSpan, Tracing } from '../../platform/tracing/tracing.ts'
import { spanOfBuild, spanOfExport, spansOfJob, type TracedBuild } from './spans-of-rows.ts'
import {
  claimUnsent,
  type ExportRow,
  type ReportRow,
  readExports,
  readReports,
  releaseUnsent,
  removeBeyond,
  removeUnsent,
  type Unsent,
} from './store.ts'

interface SenderOptions {
  readonly pool: pg.Pool
  readonly store: Pick<Store, 'builds'>
  readonly tracing: Tracing
  readonly log: Logger
}

const atOnce = 200
/**
 * The number of ended jobs and builds kept while the collector is down. Older ones are abandoned.
 */
const mostWaiting = 10_000
const restMs = 1_000
const longestRestMs = 60_000

/**
 * Sends the spans of ended jobs and builds until `stop`. Any process can create them from rows, so
 * a kill loses none, and some may be sent twice, with the same ids.
 */
export function sendSpans(options: SenderOptions): { stop(): Promise<void> } {
  const { pool, tracing, log } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const running = (async () => {
    let failures = 0
    while (!signal.aborted) {
      try {
        const answer = await sendSome(options)
        failures = answer === 'away' ? failures + 1 : 0
        if (failures > 0) tracing.drop(await removeBeyond(pool, mostWaiting))
        if (answer === 'all sent' || failures > 0) await rest(restMs * 2 ** Math.min(failures, 10), signal)
      } catch (error) {
        log.warn({ err: error }, 'could not send spans of builds; trying again')
        await rest(longestRestMs / 10, signal)
      }
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/**
 * Sends the spans of some rows. Returns whether there may be more rows, or the collector is down.
 */
async function sendSome({ pool, store, tracing }: SenderOptions): Promise<'more' | 'all sent' | 'away'> {
  const rows = await claimUnsent(pool, atOnce)
  if (rows.length === 0) return 'all sent'
  const ids = rows.map(({ id }) => id)
  const reports = await readReports(
    pool,
    rows.flatMap(({ job_id: id }) => id ?? []),
  )
  const exports = await readExports(
    pool,
    rows.flatMap(({ build_id: id, job_id: job }) => (job === null ? id : [])),
  )
  const spans: EndedSpan[] = []
  for (const [buildId, ended] of Map.groupBy(rows, (row) => row.build_id)) {
    const loaded = await store.builds.load(buildId)
    const trace = loaded?.context.trace
    // The build was deleted, and its rows with it.
    if (loaded === undefined || trace === undefined) continue
    const traced = { build: loaded.build, context: { ...loaded.context, trace } }
    for (const row of ended) spans.push(...(await spansOf(store, traced, row, { reports, exports })))
  }
  if (spans.length > 0 && (await tracing.send(spans)) === 'later') {
    await releaseUnsent(pool, ids)
    return 'away'
  }
  await removeUnsent(pool, ids)
  return rows.length < atOnce ? 'all sent' : 'more'
}

/** Rows of tables other than those of jobs, by job and by build. */
interface More {
  readonly reports: ReadonlyMap<string, readonly ReportRow[]>
  readonly exports: ReadonlyMap<string, readonly ExportRow[]>
}

async function spansOf(
  { builds }: SenderOptions['store'],
  traced: TracedBuild,
  row: Unsent,
  { reports, exports }: More,
): Promise<readonly EndedSpan[]> {
  if (row.job_id === null) {
    const sent = exports.get(row.build_id) ?? []
    return [spanOfBuild(traced, row), ...sent.map((one) => spanOfExport(traced, one))]
  }
  const job = await builds.job(row.build_id, row.job_id)
  return job === undefined ? [] : spansOfJob(traced, job, reports.get(job.id) ?? [])
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.min(ms, longestRestMs), undefined, { signal }).catch(() => undefined) // stopped
}
