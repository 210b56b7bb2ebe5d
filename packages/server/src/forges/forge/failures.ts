/** Handles failed calls of a forge. */
import type { Task } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Database } from '../../platform/database/transaction.ts'
import { ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import { readText } from '../../platform/worker/payload.ts'

/** Returns whether a call failed at the forge, not in our own code. */
export function isForgeFailure(error: unknown): error is ForgeUnavailable | ForgeRefused {
  return error instanceof ForgeUnavailable || error instanceof ForgeRefused
}

const isRefused = (error: unknown) => error instanceof ForgeRefused

/** Returns null if the call fails with an error that `isAbsent` accepts; by default any refusal. */
export async function orNull<T>(
  call: () => Promise<T>,
  isAbsent: (error: unknown) => boolean = isRefused,
): Promise<T | null> {
  try {
    return await call()
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

/** The payload member with the id. These names stay, because older jobs may still be queued. */
const idMember = {
  github_sync: 'installation_id',
  bitbucket_sync: 'workspace_id',
  bitbucket_leave: 'workspace_id',
} as const

export type SyncTaskName = keyof typeof idMember

/** Queues a sync of an installation or workspace. Requests before it begins are merged into one. */
export async function queueSync(database: Database, task: SyncTaskName, id: string, afterSeconds = 0): Promise<void> {
  await database.query({
    name: 'queue-sync',
    text: `select graphile_worker.add_job($1, json_build_object($2::text, $3::text), job_key => $1 || ':' || $3,
             run_at => now() + make_interval(secs => $4))`,
    values: [task, idMember[task], id, afterSeconds],
  })
}

/**
 * Returns the task of a sync. It runs again when a rate limit ends, and gives up when the forge
 * refuses; the worker retries other failures.
 */
export function syncTask(
  { pool, log }: { readonly pool: pg.Pool; readonly log: Logger },
  name: SyncTaskName,
  title: string,
  run: (id: string) => Promise<void>,
): Task {
  return async (payload) => {
    const id = readText(payload, idMember[name])
    try {
      await run(id)
    } catch (error) {
      if (error instanceof ForgeUnavailable && error.retryAfterSeconds !== null) {
        log.warn({ task: name, id, retry_after_seconds: error.retryAfterSeconds }, `${title} is rate limiting us`)
        await queueSync(pool, name, id, error.retryAfterSeconds)
      } else if (error instanceof ForgeRefused) log.warn({ task: name, id, err: error }, `${title} refused a sync`)
      else throw error
    }
  }
}
