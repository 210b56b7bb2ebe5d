import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { removeOldSources } from './remove-old-sources.ts'

interface SourceTaskServices {
  readonly pool: pg.Pool
  readonly settings: Pick<Settings, 'sourceRetentionDays'>
  readonly log: Logger
}

export const sourceCrontab = ['42 * * * * remove_old_sources']

/** The task that removes source archives when their time is over. */
export function sourceTasks({ pool, settings, log }: SourceTaskServices): TaskList {
  return {
    remove_old_sources: async () => {
      const builds = await removeOldSources(pool, settings.sourceRetentionDays, new Date())
      log.info({ builds }, 'removed expired source archives')
    },
  }
}
