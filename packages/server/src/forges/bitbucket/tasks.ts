import type { Task, TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { readText } from '../../platform/worker/payload.ts'
import { syncPatiently } from '../forge/sync-patiently.ts'
import type { BitbucketApp } from './app.ts'
import { removeDeadConnectStates } from './state-store.ts'
import { leaveWorkspace, syncWorkspace } from './sync.ts'
import { queueWorkspace } from './workspace-store.ts'

interface BitbucketTaskServices {
  readonly pool: pg.Pool
  readonly settings: Pick<Settings, 'publicUrl'>
  /** null: not set up. */
  readonly bitbucket: BitbucketApp | null
  readonly log: Logger
}

type WorkspaceTask = Parameters<typeof queueWorkspace>[1]

export const bitbucketCrontab = ['43 * * * * bitbucket_sweep']

/** Background work for Bitbucket. */
export function bitbucketTasks({ pool, settings, bitbucket, log }: BitbucketTaskServices): TaskList {
  const hookUrl = `${settings.publicUrl}/webhooks/bitbucket`
  const task = (name: WorkspaceTask, run: (app: BitbucketApp, id: string) => Promise<void>): Task => {
    return async (payload) => {
      if (bitbucket === null) return
      const id = readText(payload, 'workspace_id')
      await syncPatiently(log, {
        title: 'Bitbucket',
        facts: { workspace: id },
        run: () => run(bitbucket, id),
        again: (afterSeconds) => queueWorkspace(pool, name, id, afterSeconds),
      })
    }
  }
  return {
    bitbucket_sync: task('bitbucket_sync', (app, id) => syncWorkspace(app, hookUrl, id)),
    bitbucket_leave: task('bitbucket_leave', leaveWorkspace),
    bitbucket_sweep: () => removeDeadConnectStates(pool),
  }
}
