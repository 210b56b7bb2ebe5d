import type { BuildEvent } from '../core/model.ts'
import type { BuildStore } from '../store.ts'

export interface SchedulerOptions {
  readonly store: BuildStore
  /** The store's own: a scheduler ends no lease before it has watched for so long. */
  readonly leaseMs: number
  readonly log: (level: 'warn', message: string, error?: unknown) => void
  readonly everyMs?: number
}

export interface Scheduler {
  start(): void
  stop(): Promise<void>
}

/** So long runners have to report what ended while they, or we, were away, before its time counts as used up. */
const reportMs = 10_000
/** What a process that died ought to have done for a group waits no longer than this. */
const groupsEveryMs = 5_000
/** Events that are applied in one go. */
const atATime = 1_000

/** Makes what is overdue happen: deadlines, kills, leases that ran out. Who may lease what, and when, the port sees to. */
export function createScheduler({ store, leaseMs, log, everyMs = 500 }: SchedulerOptions): Scheduler {
  let timer: NodeJS.Timeout | undefined
  let ticking: Promise<void> | undefined
  let stopped = true
  /** Since when renewals could reach us without a break: downtime of everything is no runner's fault. */
  let watchingSince = store.now()
  let lastLook = store.now()
  let groupsDueAt = 0

  /** One build that cannot be seen to is no reason to leave the others, and says nothing about who could reach us. */
  async function applyTo(buildId: string, events: readonly BuildEvent[]): Promise<void> {
    try {
      await store.apply(buildId, events)
    } catch (error) {
      log('warn', `build ${buildId}: failed to process overdue leases and deadlines`, error)
    }
  }

  async function tick(): Promise<void> {
    const now = store.now()
    // A machine that slept, or a process that was held up, did not watch either.
    if (now - lastLook > Math.max(10 * everyMs, 10_000)) watchingSince = now
    try {
      const overdue = await store.overdue(now, atATime)
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
        await store.settleGroups()
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
