import type { BuildEvent, Instant } from '../core/model.ts'
import { goneMs, type Store } from '../store.ts'
import type { EngineWatch } from '../watch.ts'

export interface SchedulerOptions {
  readonly store: Pick<Store, 'builds' | 'leases' | 'runners' | 'probes' | 'layers' | 'now'>
  /** Lease time of the store. The scheduler ends no lease before it has watched this long. */
  readonly leaseMs: number
  readonly log: (level: 'warn', message: string, error?: unknown) => void
  readonly everyMs?: number
  /**
   * Whether other processes take the renewals of leases. Time in which none of them does is not the
   * runners' fault.
   */
  readonly renewsElsewhere?: boolean
  /** Absent if nothing is counted. */
  readonly watch?: Pick<EngineWatch, 'leaseLost'>
}

/**
 * Time for runners to report ends from a downtime before a deadline counts as missed, in
 * milliseconds.
 */
const reportMs = 10_000
/** Maximum delay of group work that a dead process left undone, in milliseconds. */
const groupsEveryMs = 5_000
/** Number of events applied at once. */
const atATime = 1_000

/**
 * Applies overdue events: deadlines, kills, expired leases. The port decides which runner may lease
 * which job.
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  #ticking: Promise<void> | undefined
  #stopped = true
  /** Start of the current period without a break. A complete downtime is not the runners' fault. */
  #watchingSince: Instant
  #lastLook: Instant
  #groupsDueAt: Instant = 0

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#everyMs = options.everyMs ?? 500
    this.#watchingSince = options.store.now()
    this.#lastLook = this.#watchingSince
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#watchingSince = this.#options.store.now()
    this.#lastLook = this.#watchingSince
    this.#next()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#ticking
  }

  #next(): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#ticking = this.#tick().finally(() => this.#next())
    }, this.#everyMs)
  }

  async #tick(): Promise<void> {
    const { store, log } = this.#options
    const now = store.now()
    // A machine that was suspended, or a process that stalled, did not watch either.
    if (now - this.#lastLook > Math.max(10 * this.#everyMs, 10_000)) this.#watchingSince = now
    try {
      await this.#applyOverdue(now)
      if (now >= this.#groupsDueAt) {
        await store.builds.settleGroups()
        await store.probes?.endOverdue(now)
        await store.layers?.wantOfDraining(now)
        await store.layers?.wantAhead(now)
        await this.#applyGone(now)
        this.#groupsDueAt = now + groupsEveryMs
      }
    } catch (error) {
      this.#watchingSince = store.now()
      log('warn', 'failed to process overdue leases and deadlines', error)
    }
  }

  async #applyOverdue(now: Instant): Promise<void> {
    const { store, leaseMs } = this.#options
    const overdue = await store.leases.overdue(now, atATime)
    this.#lastLook = store.now()
    if (overdue.length === 0) return
    const watchedMs = await this.#watchedMs(now)
    const due = overdue.filter(({ event: { type } }) => {
      if (type === 'lease_lost') return watchedMs >= leaseMs
      return type !== 'job_deadline' || watchedMs >= Math.min(reportMs, leaseMs)
    })
    for (const [buildId, events] of Map.groupBy(due, (one) => one.buildId))
      await this.#applyTo(
        buildId,
        events.map(({ event }) => event),
      )
  }

  /**
   * Returns the milliseconds for which runners could always renew and this process always watched.
   */
  async #watchedMs(now: Instant): Promise<number> {
    const { store, renewsElsewhere = false } = this.#options
    const renewable = renewsElsewhere ? ((await store.leases.renewableSince(now)) ?? now) : this.#watchingSince
    return now - Math.max(renewable, this.#watchingSince)
  }

  /** Notifies the builds that wait for files of lost runners. */
  async #applyGone(now: Instant): Promise<void> {
    if ((await this.#watchedMs(now)) < goneMs) return
    for (const { buildId, event } of await this.#options.store.runners.gone(now)) await this.#applyTo(buildId, [event])
  }

  /**
   * A failure in one build does not stop the others, and does not mean that runners could not
   * renew.
   */
  async #applyTo(buildId: string, events: readonly BuildEvent[]): Promise<void> {
    const { store, log, watch } = this.#options
    try {
      const { taken = [] } = (await store.builds.apply(buildId, events)) ?? {}
      for (const [index, { type }] of events.entries()) if (type === 'lease_lost' && taken[index]) watch?.leaseLost()
    } catch (error) {
      log('warn', `build ${buildId}: failed to process overdue leases and deadlines`, error)
    }
  }
}
