/** What keeps the database and the blob store free of what nobody needs any more. */
import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { removeDeadTickets } from '../builds/shells/ticket-store.ts'
import { mayRemoveBlobs } from '../commands/backup/hold-blobs.ts'
import { removeDeadLogins } from '../identity/cli-login/store.ts'
import { removeDeadSessions } from '../identity/sessions/store.ts'
import { removeDeadInvites } from '../organizations/invites/store.ts'
import type { BlobStore } from '../platform/blobs/index.ts'
import { transaction } from '../platform/database/transaction.ts'
import { removeOldKeys } from '../platform/idempotency/store.ts'
import { removeFullBuckets } from '../platform/rate-limits/store.ts'
import { readText } from '../platform/worker/payload.ts'
import {
  blobsInUse,
  freeJobsOfTheDead,
  removeDeadKeys,
  removeReplacedTasks,
  retireOverTokens,
  retireToken,
} from '../platform/worker/store.ts'
import { removeOldEvents } from '../streams/build-events/organization-store.ts'

const dayMs = 24 * 3600 * 1000

interface SweepServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly log: Logger
}

export const sweepCrontab = ['17 * * * * sweep_blobs', '27 * * * * sweep_rows', '* * * * * free_jobs_of_the_dead']

/** The tasks that sweep. */
export function sweepTasks({ pool, blobs, log }: SweepServices): TaskList {
  return {
    build_ended: async (payload) => {
      await retireToken(pool, readText(payload, 'build_id'))
    },
    free_jobs_of_the_dead: async () => {
      const workers = await freeJobsOfTheDead(pool)
      if (workers > 0) log.warn({ workers }, 'retrying jobs of killed processes')
    },
    sweep_rows: async () => {
      const keys = await removeDeadKeys(pool)
      const tokens = await retireOverTokens(pool)
      const buckets = await removeFullBuckets(pool)
      const requests = await removeOldKeys(pool)
      const sessions = await removeDeadSessions(pool)
      const logins = await removeDeadLogins(pool)
      const tickets = await removeDeadTickets(pool)
      const invites = await removeDeadInvites(pool)
      const events = await removeOldEvents(pool)
      const replaced = await removeReplacedTasks(pool)
      log.info(
        { replaced, keys, tokens, buckets, requests, sessions, logins, tickets, invites, events },
        'removed expired rows',
      )
    },
    sweep_blobs: async () => {
      const before = new Date(Date.now() - dayMs)
      log.info({ blobs: await sweepBlobs(pool, blobs, before) }, 'removed unreferenced blobs')
    },
  }
}

/** Removes blobs that no build and no log refers to and that are older than `before`; none while a backup is made, which may refer to them. Gives how many. */
export async function sweepBlobs(pool: pg.Pool, blobs: BlobStore, before: Date): Promise<number> {
  await blobs.removeUnfinished(before)
  let removed = 0
  let batch: string[] = []
  const removeBatch = async () => {
    const names = batch
    batch = []
    await transaction(pool, async (client) => {
      if (!(await mayRemoveBlobs(client))) return
      const used = await blobsInUse(client, names)
      const orphans = names.filter((name) => !used.has(name))
      for (const name of orphans) await blobs.remove(name)
      removed += orphans.length
    })
  }
  for await (const { name, completedAt } of blobs.list()) {
    if (completedAt < before) batch.push(name)
    if (batch.length === 500) await removeBatch()
  }
  await removeBatch()
  return removed
}
