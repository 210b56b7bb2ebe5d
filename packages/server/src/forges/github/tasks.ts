import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { readText } from '../../platform/worker/payload.ts'
import { syncPatiently } from '../forge/sync-patiently.ts'
import type { GithubApp } from './app.ts'
import { removeDeadInstallStates } from './install-state-store.ts'
import { queueSync } from './installation-store.ts'
import { syncInstallation } from './sync.ts'

interface GithubTaskServices {
  readonly pool: pg.Pool
  readonly githubApp: GithubApp | null
  readonly log: Logger
}

export const githubCrontab = ['41 * * * * github_sweep']

/** Background work for GitHub. */
export function githubTasks({ pool, githubApp, log }: GithubTaskServices): TaskList {
  return {
    github_sync: async (payload) => {
      if (githubApp === null) return
      const id = readText(payload, 'installation_id')
      await syncPatiently(log, {
        title: 'GitHub',
        facts: { installation: id },
        run: () => syncInstallation(pool, githubApp, id),
        again: (afterSeconds) => queueSync(pool, id, afterSeconds),
      })
    },
    github_sweep: async () => {
      log.info({ states: await removeDeadInstallStates(pool) }, 'removed expired install states')
    },
  }
}
