import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { ForgeRefused, ForgeUnavailable } from '../forges/errors.ts'
import type { GithubApp } from './app-client.ts'
import { removeDeadInstallStates } from './install-state-store.ts'
import { queueSync } from './installation-store.ts'
import { syncInstallation } from './sync-installation.ts'

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
      const id = readInstallationId(payload)
      try {
        await syncInstallation(pool, githubApp, id)
      } catch (error) {
        if (error instanceof ForgeUnavailable && error.retryAfterSeconds !== null) {
          log.warn({ installation: id, retry_after_seconds: error.retryAfterSeconds }, 'GitHub asks for patience')
          await queueSync(pool, id, error.retryAfterSeconds)
        } else if (error instanceof ForgeRefused) log.warn({ installation: id, err: error }, 'GitHub refused a sync')
        else throw error
      }
    },
    github_sweep: async () => {
      log.info({ states: await removeDeadInstallStates(pool) }, 'dead install states swept')
    },
  }
}

function readInstallationId(payload: unknown): string {
  if (
    typeof payload === 'object' &&
    payload !== null &&
    'installation_id' in payload &&
    typeof payload.installation_id === 'string'
  )
    return payload.installation_id
  throw new Error('expected a payload with `installation_id`')
}
