import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Database } from '../../platform/database/transaction.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { inBatches } from '../../platform/worker/in-batches.ts'

const dayMs = 24 * 3600 * 1000
const batch = 500

/**
 * Forgets the source archives of builds that ended more than `keptDays` ago. The sweep of blobs
 * removes unreferenced archives; an archive shared with a rebuild stays as long as one of the
 * builds refers to it. Returns the number of builds.
 */
export async function removeOldSources(pool: pg.Pool, keptDays: number | 'forever', now: Date): Promise<number> {
  if (keptDays === 'forever') return 0
  const before = new Date(now.getTime() - keptDays * dayMs)
  return inBatches(batch, (limit) => forgetSources(pool, before, limit))
}

interface SourceTaskServices {
  readonly pool: pg.Pool
  readonly settings: Pick<Settings, 'sourceRetentionDays'>
  readonly log: Logger
}

export const sourceCrontab = ['42 * * * * remove_old_sources']

/** The task that removes old source archives. */
export function sourceTasks({ pool, settings, log }: SourceTaskServices): TaskList {
  return {
    remove_old_sources: async () => {
      const builds = await removeOldSources(pool, settings.sourceRetentionDays, new Date())
      log.info({ builds }, 'removed expired source archives')
    },
  }
}

/**
 * Forgets the archives of builds that both ended and were last used before an instant: at most
 * `limit`, the oldest builds first, skipping locked rows. Returns how many.
 */
export async function forgetSources(database: Database, before: Date, limit: number): Promise<number> {
  const { rowCount } = await database.query({ name: 'forget-sources', text: forgetText, values: [before, limit] })
  return rowCount ?? 0
}

/** Filters by creation first: a build is created before it ends. */
const forgetText = `with due as (
    select r.id from build_records r join engine.builds b on b.id = r.id
     where r.source_blob is not null and r.created_at < $1 and b.finished_at < $1 and (r.source_wanted_at is null or r.source_wanted_at < $1)
     order by r.created_at limit $2 for update of r skip locked)
  update build_records set source_blob = null, source_removed_at = now() where id = any(array(select id from due))`
