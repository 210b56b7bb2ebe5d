import type { BuildEvent } from '../core/model.ts'
import { goneMs, type Store } from '../store.ts'

export interface SchedulerOptions {
  readonly store: Pick<Store, 'builds' | 'leases' | 'runners' | 'probes' | 'now'>
  /** Lease time of the store. The scheduler ends no lease before it has watched this long. */
  readonly leaseMs: number
  readonly log: (level: 'warn', message: string, error?: unknown) => void
  readonly everyMs?: number
}

export interface Scheduler {
  start(): void
  stop(): Promise<void>
}

/** Time for runners to report ends from a downtime, before a deadline counts as missed. */
const reportMs = 10_000
/** Longest delay of group work that a dead process left undone. */
const groupsEveryMs = 5_000
/** Number of events applied at once. */
const atATime = 1_000

/**
 * Applies overdue events: deadlines, kills, expired leases. The port decides who may lease what.
 */
export function createScheduler({ store, leaseMs, log, everyMs = 500 }: SchedulerOptions): Scheduler {
  let timer: NodeJS.Timeout | undefined
  let ticking: Promise<void> | undefined
  let stopped = true
  /** Start of the current period without a break. A downtime of everything is no runner's fault. */
  let watchingSince = store.now()
  let lastLook = store.now()
  let groupsDueAt = 0

  /** A failure of one build neither stops the others nor means that runners could not reach us. */
  async function applyTo(buildId: string, events: readonly BuildEvent[]): Promise<void> {
    try {
      await store.builds.apply(buildId, events)
    } catch (error) {
      log('warn', `build ${buildId}: failed to process overdue leases and deadlines`, error)
    }
  }

  async function tick(): Promise<void> {
    const now = store.now()
    // A machine that slept, or a process that was held up, did not watch either.
    if (now - lastLook > Math.max(10 * everyMs, 10_000)) watchingSince = now
    try {
      const overdue = await store.leases.overdue(now, atATime)
      lastLook = store.now()
      const watchedMs = now - watchingSince
      const builds = new Map<string, BuildEvent[]>()
      for (const { buildId, event } of overdue) {
        if (event.type === 'lease_lost' && watchedMs < leaseMs) continue
        if (event.type === 'job_deadline' && watchedMs < Math.min(reportMs, leaseMs)) continue
        const events = builds.get(buildId)
        if (events) events.push(event)
        else builds.set(buildId, [event])
      }
      for (const [buildId, events] of builds) await applyTo(buildId, events)
      if (now >= groupsDueAt) {
        await store.builds.settleGroups()
        await store.probes?.endOverdue(now)
        if (watchedMs >= goneMs)
          for (const { buildId, event } of await store.runners.gone(now)) await applyTo(buildId, [event])
        groupsDueAt = now + groupsEveryMs
      }
    } catch (error) {
      watchingSince = store.now()
      log('warn', 'failed to process overdue leases and deadlines', error)
    }
  }

  function next(): void {
    if (stopped) return
    timer = setTimeout(() => {
      ticking = tick().finally(next)
    }, everyMs)
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      watchingSince = store.now()
      lastLook = watchingSince
      next()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await ticking
    },
  }
}
