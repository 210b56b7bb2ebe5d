import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { inBatches } from '../../platform/worker/in-batches.ts'
import { recordArtifactDays } from './kept-days.ts'
import { isNewestPass } from './newest-pass.ts'
import { sweepParts } from './sweep-parts.ts'

const dayMs = 24 * 3600 * 1000
const batch = 1_000
/** How long an expired artifact stays listed. */
const listedDays = 90

export const artifactCrontab = ['52 3 * * * remove_old_artifacts']

interface ArtifactTaskServices {
  readonly pool: pg.Pool
  readonly settings: Pick<Settings, 'artifactRetentionDays'>
  readonly log: Logger
}

/** The nightly task that removes expired artifacts and unreferenced parts. */
export function artifactTasks({ pool, settings, log }: ArtifactTaskServices): TaskList {
  return {
    remove_old_artifacts: async () => {
      log.info(await removeOldArtifacts(pool, settings.artifactRetentionDays, new Date()), 'removed expired artifacts')
    },
  }
}

export interface RemovedArtifacts {
  /** Artifacts that this run expired. */
  readonly expired: number
  /** Rows of long expired artifacts that were deleted. */
  readonly forgotten: number
  readonly parts: number
}

/**
 * Records the storage up to yesterday, expires artifacts, and removes what expired ones leave.
 * Removes the bytes a day after the expiry, so that downloads in progress can finish.
 */
export async function removeOldArtifacts(
  pool: pg.Pool,
  keptDays: number | 'forever',
  now: Date,
): Promise<RemovedArtifacts> {
  const ago = (days: number) => new Date(now.getTime() - days * dayMs)
  const change = (text: string, ...values: readonly Date[]) =>
    inBatches(batch, async (limit) => (await pool.query(text, [limit, ...values])).rowCount ?? 0)
  await recordArtifactDays(pool, now)
  const forgotten = await change(forgetText, ago(listedDays))
  await change(emptyText, ago(1))
  let expired = await change(expireAskedText, now)
  if (keptDays !== 'forever') expired += await change(expireText, now, ago(keptDays))
  return { expired, forgotten, parts: await sweepParts(pool, ago(1)) }
}

const due = (condition: string, order: string) =>
  `select a.job_id, a.position from engine.artifacts a where ${condition} order by ${order} limit $1 for update of a skip locked`
const those = 'a.job_id = due.job_id and a.position = due.position'

/** Expires artifacts whose step set an expiry. */
export const expireAskedText = `with due as (${due(
  "a.expired_at is null and a.expires_seconds is not null and a.created_at at time zone 'utc' + a.expires_seconds * interval '1 second' < $2::timestamptz at time zone 'utc'",
  "a.created_at at time zone 'utc' + a.expires_seconds * interval '1 second'",
)}) update engine.artifacts a set expired_at = $2 from due where ${those}`

/** Expires the other artifacts, except those of a default branch's newest pass. */
export const expireText = `with due as (${due(
  `a.expired_at is null and a.expires_seconds is null and a.created_at < $3 and not ${isNewestPass('a.build_id')}`,
  'a.created_at',
)}) update engine.artifacts a set expired_at = $2 from due where ${those}`

export const emptyText = `with due as (${due("a.expired_at < $2 and a.parts <> '{}'", 'a.expired_at')})
  update engine.artifacts a set parts = '{}' from due where ${those}`

export const forgetText = `with due as (${due('a.expired_at < $2', 'a.expired_at')}) delete from engine.artifacts a using due where ${those}`
