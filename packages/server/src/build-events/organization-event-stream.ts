import { setTimeout as sleep } from 'node:timers/promises'
import type { ChangeFeed } from '@harmont/engine'
import type pg from 'pg'
import { presentBuild } from '../builds/present.ts'
import { findBuildsById } from '../builds/store.ts'
import type { AskOnce } from '../event-streams/ask-once.ts'
import { Bell } from '../event-streams/bell.ts'
import { eventFrame, heartbeatFrame, silenceMs } from '../event-streams/frames.ts'
import { buildEventsAfter, type EventPlace, newestPlace, unfinishedBuilds } from './organization-store.ts'

const restMs = 200
const rowsAtOnce = 500
const keptMs = 24 * 3600 * 1000

interface Step {
  readonly buildIds: readonly string[]
  readonly place: EventPlace
  /** More is there, or will be as soon as a transaction is over. */
  readonly isMore: boolean
}

/** The events of all builds of an organization, without end (`http.md` 8.4): what is not over first, unless the reader has seen it. */
export async function* organizationEvents(
  { pool, changes, once }: { readonly pool: pg.Pool; readonly changes: ChangeFeed; readonly once: AskOnce },
  organizationId: string,
  seen: EventPlace | null,
  stop: AbortSignal,
): AsyncGenerator<string> {
  const bell = new Bell(stop)
  const unsubscribe = changes.onAnyBuild(() => bell.ring())
  try {
    let place = seen ?? (await newestPlace(pool))
    if (seen === null) yield* frames(pool, await unfinishedBuilds(pool, organizationId), place)
    while (!stop.aborted) {
      bell.hush()
      const readAt = performance.now()
      const from = place
      const step = await once.ask(`${organizationId} ${from.transaction} ${from.id}`, () =>
        readStep(pool, organizationId, from),
      )
      place = step.place
      yield* frames(pool, step.buildIds, place)
      if (step.isMore || (await bell.rang(silenceMs))) await sleep(Math.max(0, readAt + restMs - performance.now()))
      else if (!stop.aborted) yield heartbeatFrame
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

/** The last of them alone has the place as its id: a reader that was cut off before it gets all of them again. */
async function* frames(pool: pg.Pool, buildIds: readonly string[], place: EventPlace): AsyncGenerator<string> {
  const builds = buildIds.length === 0 ? [] : await findBuildsById(pool, buildIds)
  const last = builds.length - 1
  const all = builds.map((build, index) => {
    const data = { pipeline_slug: build.pipeline_slug, build: presentBuild(build, build.pipeline_slug) }
    return eventFrame('build', data, index === last ? writePlace(place) : null)
  })
  if (all.length > 0) yield all.join('')
}

function writePlace({ transaction, id }: EventPlace): string {
  return `${transaction}-${id}-${Date.now()}`
}

/** The place that an event id names; null for one that is none, or older than what is kept. */
export function readPlace(id: string | null): EventPlace | null {
  const match = /^(\d{1,19})-(\d{1,19})-(\d{1,15})$/.exec(id ?? '')
  const [, transaction, last, at] = match ?? []
  if (transaction === undefined || last === undefined || Number(at) < Date.now() - keptMs) return null
  return BigInt(last) < 2n ** 63n && BigInt(transaction) < 2n ** 63n ? { transaction, id: last } : null
}
