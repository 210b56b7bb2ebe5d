import { setTimeout as sleep } from 'node:timers/promises'
import type { ChangeFeed } from '@harmont/engine'
import type pg from 'pg'
import type { Database } from '../../platform/database/transaction.ts'
import { Bell, lookAgainMs } from '../../platform/follow/signal.ts'
import type { AskOnce } from '../../platform/follow/single-flight.ts'
import { buildEventsAfter, type EventPlace, wasThereAt } from './organization-store.ts'

const restMs = 200
const rowsAtOnce = 500
const keptMs = 24 * 3600 * 1000

export interface OrganizationReads {
  readonly pool: pg.Pool
  readonly changes: ChangeFeed
  readonly once: AskOnce
}

/** Builds that have changed, each once. */
export interface ChangedBuilds {
  readonly buildIds: readonly string[]
  /** Where a reader is who has seen them. */
  readonly place: EventPlace
}

interface Step extends ChangedBuilds {
  /** More is there, or will be as soon as a transaction is over. */
  readonly isMore: boolean
}

/** The builds of an organization that change after a place, without end. It pulls, so that nothing is held for a slow reader. */
export async function* followOrganization(
  { pool, changes, once }: OrganizationReads,
  organizationId: string,
  start: EventPlace,
  stop: AbortSignal,
): AsyncGenerator<ChangedBuilds> {
  const bell = new Bell(stop)
  const unsubscribe = changes.onQueue(organizationId, () => bell.ring())
  try {
    for (let place = start; !stop.aborted; ) {
      bell.hush()
      const readAt = performance.now()
      const from = place
      const step = await once.ask(`${organizationId} ${from.transaction} ${from.id}`, () =>
        readStep(pool, organizationId, from),
      )
      place = step.place
      if (step.buildIds.length > 0) yield { buildIds: step.buildIds, place }
      if (step.isMore || (await bell.rang(lookAgainMs))) await sleep(Math.max(0, readAt + restMs - performance.now()))
    }
  } finally {
    unsubscribe()
    bell.close()
  }
}

async function readStep(pool: pg.Pool, organizationId: string, after: EventPlace): Promise<Step> {
  const rows = await buildEventsAfter(pool, organizationId, after, rowsAtOnce)
  const open = rows.findIndex(({ is_settled }) => !is_settled)
  const settled = open === -1 ? rows : rows.slice(0, open)
  const buildIds = [...new Set(settled.map(({ build_id }) => build_id))]
  return { buildIds, place: settled.at(-1) ?? after, isMore: open !== -1 || rows.length === rowsAtOnce }
}

/** A place as an event's id names it. */
export function writePlace({ transaction, id }: EventPlace): string {
  return `${transaction}-${id}-${Date.now()}`
}

/** The place that an event id names; null for one that is none, older than what is kept, or of the database that this one was restored from. */
export async function readPlace(database: Database, id: string | null): Promise<EventPlace | null> {
  const match = /^(\d{1,19})-(\d{1,19})-(\d{1,15})$/.exec(id ?? '')
  const [, transaction, last, at] = match ?? []
  if (transaction === undefined || last === undefined || Number(at) < Date.now() - keptMs) return null
  if (BigInt(last) >= 2n ** 63n || BigInt(transaction) >= 2n ** 63n) return null
  return (await wasThereAt(database, new Date(Number(at)))) ? { transaction, id: last } : null
}
