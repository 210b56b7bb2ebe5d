/** Removes unneeded rows and blobs. */
import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { removeDeadAsks } from '../builds/shells/elsewhere/asks.ts'
import { removeDeadTickets } from '../builds/shells/ticket-store.ts'
import { type MeasureServices, measureBuild } from '../builds/times/measure-build.ts'
import { removeOldTimes } from '../builds/times/store.ts'
import { removeStaleSpans } from '../builds/traces/store.ts'
import { removeDeadLogins } from '../identity/cli-login/store.ts'
import { removeDeadSessions } from '../identity/sessions/store.ts'
import { removeDeadInvites } from '../organizations/invites/store.ts'
import type { BlobStore } from '../platform/blobs/blob-store.ts'
import type { Database } from '../platform/database/transaction.ts'
import { removeOldKeys } from '../platform/idempotency/store.ts'
import { removeFullBuckets } from '../platform/rate-limits/store.ts'
import { readText } from '../platform/worker/payload.ts'
import { releaseJobsOfDeadWorkers } from '../platform/worker/worker-locks.ts'
import { removeDeadRunners } from '../runners/list-runners.ts'
import { removeOldEvents } from '../streams/build-events/organization-store.ts'
import { removedAtOnce, removeUnused } from './remove-unused.ts'
import { type LayerSweepServices, sweepLayers } from './sweep-layers.ts'

const dayMs = 24 * 3600 * 1000

type SweepServices = MeasureServices & LayerSweepServices & { readonly log: Logger }

export const sweepCrontab = [
  '17 * * * * sweep_blobs',
  '27 * * * * sweep_rows',
  '*/10 * * * * sweep_layers',
  '* * * * * free_jobs_of_the_dead',
]

export function sweepTasks(services: SweepServices): TaskList {
  const { pool, blobs, log } = services
  return {
    sweep_layers: async () => {
      const removed = await sweepLayers(services)
      if (removed > 0) log.info({ removed }, 'removed layers that no build needs')
    },
    // Also runs when a proof has a verdict.
    build_ended: async (payload) => {
      const build = readText(payload, 'build_id')
      await retireToken(pool, build)
      await measureBuild(services, build)
    },
    free_jobs_of_the_dead: async () => {
      const workers = await releaseJobsOfDeadWorkers(pool)
      if (workers > 0) log.warn({ workers }, 'retrying jobs of killed processes')
    },
    sweep_rows: async () => {
      const keys = await removeDeadKeys(pool)
      const tokens = await retireOverTokens(pool)
      const buckets = await removeFullBuckets(pool)
      const requests = await removeOldKeys(pool)
      const sessions = await removeDeadSessions(pool)
      const logins = await removeDeadLogins(pool)
      const tickets = (await removeDeadTickets(pool)) + (await removeDeadAsks(pool))
      const invites = await removeDeadInvites(pool)
      const events = await removeOldEvents(pool)
      const runners = await removeDeadRunners(pool)
      const replaced = await removeReplacedTasks(pool)
      const spans = await removeStaleSpans(pool)
      const times = await removeOldTimes(pool)
      log.info(
        {
          replaced,
          keys,
          tokens,
          buckets,
          requests,
          sessions,
          logins,
          tickets,
          invites,
          events,
          runners,
          spans,
          times,
        },
        'removed expired rows',
      )
    },
    sweep_blobs: async () => {
      const before = new Date(Date.now() - dayMs)
      log.info({ blobs: await sweepBlobs(pool, blobs, before) }, 'removed unreferenced blobs')
    },
  }
}

/**
 * Removes blobs older than `before` without references. Removes none during a backup, which may
 * refer to them. Returns the number of removed blobs.
 */
export async function sweepBlobs(pool: pg.Pool, blobs: BlobStore, before: Date): Promise<number> {
  await blobs.removeUnfinished(before)
  let removed = 0
  let batch: string[] = []
  const removeBatch = async () => {
    const names = batch
    batch = []
    removed += await removeUnused(pool, blobs, names)
  }
  for await (const { name, completedAt } of blobs.list()) {
    if (completedAt < before) batch.push(name)
    if (batch.length === removedAtOnce) await removeBatch()
  }
  await removeBatch()
  return removed
}

/**
 * Retires the runner token of an ended build. A build that a retry has reopened keeps its token.
 */
async function retireToken(database: Database, buildId: string): Promise<void> {
  await database.query(
    `update build_records r set runner_token_hash = null from engine.builds b
      where r.id = $1 and b.id = r.id and b.finished_at is not null`,
    [buildId],
  )
}

/**
 * Retires runner tokens older than a day, and those of ended builds that `build_ended` missed.
 * Returns how many.
 */
export async function retireOverTokens(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `update build_records r set runner_token_hash = null
       from engine.builds b
      where b.id = r.id and r.runner_token_hash is not null
        and (b.finished_at is not null or r.created_at < now() - interval '24 hours')`,
  )
  return rowCount ?? 0
}

/** Removes keys that expired a month ago. Returns how many. */
export async function removeDeadKeys(database: Database): Promise<number> {
  const { rowCount } = await database.query("delete from api_keys where expires_at < now() - interval '30 days'")
  return rowCount ?? 0
}

/**
 * Tasks that are queued under a key. If a running task is queued again, the new one takes the key
 * and the old one is not retried.
 */
const keyedTasks = ['apply_approval', 'discover', 'follow_build', 'github_sync', 'send_notifications']

/** Removes failed tasks that were replaced by others. Returns the number of removed tasks. */
export async function removeReplacedTasks(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `select graphile_worker.complete_jobs(array(
       select id from graphile_worker.jobs
        where task_identifier = any($1) and key is null and attempts >= max_attempts and locked_at is null))`,
    [keyedTasks],
  )
  return rowCount ?? 0
}
