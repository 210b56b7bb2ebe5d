import type { Chunk } from '@harmont/logs'
import { LocalChangeFeed } from '../change-feed.ts'
import type { Created } from '../core/create-build.ts'
import { type LiveBuild, liveBuild, viewBuild } from '../core/live-build.ts'
import type { Build, BuildEvent, Instant, Job } from '../core/model.ts'
import { isHeld } from '../core/states.ts'
import { type Played, playEvents } from '../play-events.ts'
import { remarkLine } from '../remark-line.ts'
import type { Applied, BuildContext, BuildStore, Lease } from '../store.ts'
import { defaultStoreSettings, type StoreSettings } from '../store-settings.ts'
import { keptSnapshots } from './kept-snapshots.ts'
import { LogBuffer } from './log-buffer.ts'
import { overdueEvents } from './overdue-events.ts'
import { ReadyQueue } from './ready-queue.ts'

export interface StoredBuild {
  readonly live: LiveBuild
  readonly context: BuildContext
  /** Every attempt, in the order they were made. */
  readonly attempts: Map<string, Job>
}

/** Builds of one process, for as long as it lives (`hm run`). */
export class MemoryStore implements BuildStore {
  readonly changes = new LocalChangeFeed()
  readonly #settings: StoreSettings
  readonly #builds = new Map<string, StoredBuild>()
  readonly #leases = new Map<string, Lease>()
  readonly #ready = new ReadyQueue()
  readonly #logs = new Map<string, LogBuffer>()

  constructor(settings: Partial<StoreSettings> = {}) {
    this.#settings = { ...defaultStoreSettings, ...settings }
  }

  /** Takes a new build in and makes its first jobs ready. */
  submit({ build, effects }: Created, context: BuildContext): void {
    const live = liveBuild(build)
    const jobs = build.render === null ? build.jobs : [build.render]
    const stored = { live, context, attempts: new Map(jobs.map((job) => [job.id, job])) }
    this.#builds.set(build.id, stored)
    for (const job of jobs) this.#follow(stored, job, build.createdAt)
    this.changes.tell(build.id, effects)
  }

  async load(buildId: string): Promise<{ build: Build; context: BuildContext } | undefined> {
    const stored = this.#builds.get(buildId)
    return stored && { build: viewBuild(stored.live), context: stored.context }
  }

  async jobs(buildId: string): Promise<readonly Job[]> {
    const attempts = [...(this.#builds.get(buildId)?.attempts.values() ?? [])]
    return attempts.sort((a, b) => (a.step ?? -1) - (b.step ?? -1) || a.attempt - b.attempt)
  }

  async apply(buildId: string, events: readonly BuildEvent[]): Promise<Applied | undefined> {
    if (events.some(({ type }) => type === 'leased'))
      throw new TypeError('expected an event, got a lease: lease() gives leases')
    const stored = this.#builds.get(buildId)
    return stored && this.#apply(stored, events)
  }

  async lease(runner: string, slots: number, now: Instant): Promise<readonly Lease[]> {
    const leases: Lease[] = []
    for (const { jobId, buildId } of this.#ready.take(slots, now)) {
      const stored = this.#builds.get(buildId)
      const job = stored?.attempts.get(jobId)
      if (!stored || !job) throw new Error(`job ${jobId} is ready but not known`)
      const lease: Lease = {
        jobId,
        buildId,
        runner,
        fence: job.fence + 1,
        expiresAt: now + this.#settings.startLeaseMs,
        started: false,
        lastSeq: this.#log(jobId).lastSeq,
        spoolPosition: '0',
        stop: null,
        deadlineAt: null,
      }
      this.#leases.set(jobId, lease)
      const { taken } = this.#apply(stored, [{ type: 'leased', job: jobId, fence: lease.fence, at: now }])
      if (!taken[0]) throw new Error(`job ${jobId} is ready but ${job.state}`)
      leases.push(lease)
    }
    return leases
  }

  async leasesOf(runner: string): Promise<readonly Lease[]> {
    return [...this.#leases.values()].filter((lease) => lease.runner === runner)
  }

  async renew(runner: string, now: Instant): Promise<readonly Lease[]> {
    const leases = await this.leasesOf(runner)
    return leases.map((lease) => this.#change(lease, { expiresAt: now + this.#leaseMs(lease.started) }))
  }

  async append(
    { jobId, fence }: { jobId: string; fence: number },
    chunks: readonly Chunk[],
    spoolPosition: string,
  ): Promise<boolean> {
    const lease = this.#leases.get(jobId)
    if (lease?.fence !== fence) return false
    const log = this.#log(jobId)
    if (chunks.length > 0 && !log.append(chunks)) return true
    this.#change(lease, { lastSeq: log.lastSeq, spoolPosition })
    if (chunks.length > 0) this.changes.job(jobId)
    return true
  }

  async remark(jobId: string, text: string, at: Instant): Promise<void> {
    if (this.#leases.has(jobId)) throw new Error(`job ${jobId} is leased: its runner writes its log`)
    this.#remark(jobId, text, at)
    this.changes.job(jobId)
  }

  async dropLog(jobId: string, throughSeq: number): Promise<void> {
    this.#logs.get(jobId)?.drop(throughSeq)
  }

  async overdue(now: Instant, limit: number): Promise<readonly { buildId: string; event: BuildEvent }[]> {
    const headers = [...this.#builds.values()].map(({ live }) => live.header)
    return overdueEvents(headers, this.#leases.values(), (id) => this.#jobOf(id), now).slice(0, limit)
  }

  async nextReadyAt(): Promise<Instant | null> {
    return this.#ready.nextNotBefore()
  }

  async liveSnapshots(since: Instant): Promise<ReadonlySet<string>> {
    return new Set([...this.#builds.values()].flatMap((stored) => keptSnapshots(stored, since)))
  }

  async read(jobId: string, after: number, maxBytes: number): Promise<readonly Chunk[]> {
    return this.#logs.get(jobId)?.read(after, maxBytes) ?? []
  }

  async size(jobId: string): Promise<{ lastSeq: number; bytes: number }> {
    const log = this.#logs.get(jobId)
    return { lastSeq: log?.lastSeq ?? 0, bytes: log?.bytes() ?? 0 }
  }

  async close(): Promise<void> {}

  #apply(stored: StoredBuild, asked: readonly BuildEvent[]): Applied {
    const { live } = stored
    const held = asked.map((event) => event.type !== 'lease_lost' || this.#isExpired(event.job, event.at))
    const events = asked.filter((_, index) => held[index])
    const played = playEvents(live, events, this.#settings)
    const at = asked.at(-1)?.at ?? 0
    const changed = [...played.jobs.values(), ...played.added.values()]
    for (const job of changed) {
      stored.attempts.set(job.id, job)
      this.#follow(stored, job, at)
    }
    this.#remember(played, at)
    this.changes.tell(live.header.id, played.effects)
    const verdicts = played.taken.values()
    const taken = held.map((kept) => kept && verdicts.next().value === true)
    return { build: viewBuild(live), changed, taken, effects: played.effects }
  }

  /** A job is in the ready queue while it is scheduled and has a lease while a runner may have processes of it, never else. */
  #follow({ live }: StoredBuild, job: Job, at: Instant): void {
    const { id: buildId, queue } = live.header
    if (job.state === 'scheduled') this.#ready.add({ jobId: job.id, buildId, queue, notBefore: job.notBefore })
    else this.#ready.delete(queue, job.id)
    const lease = this.#leases.get(job.id)
    if (!lease) return
    if (!isHeld(job.state)) this.#leases.delete(job.id)
    else {
      const starts = job.state === 'running' && !lease.started
      const stop = job.state === 'canceling' ? 'cancel' : job.state === 'timing_out' ? 'timeout' : null
      const expiresAt = starts ? at + this.#leaseMs(true) : lease.expiresAt
      this.#change(lease, { stop, deadlineAt: job.deadlineAt, started: lease.started || starts, expiresAt })
    }
  }

  #remember(played: Played, at: Instant): void {
    for (const effect of played.effects) {
      if (effect.type === 'remark') this.#remark(effect.job, effect.text, at)
    }
  }

  #remark(jobId: string, text: string, at: Instant): void {
    this.#log(jobId).add(2, Buffer.from(remarkLine(text)), BigInt(at) * 1_000_000n)
  }

  #isExpired(jobId: string, at: Instant): boolean {
    const lease = this.#leases.get(jobId)
    return lease !== undefined && lease.expiresAt <= at
  }

  #change(lease: Lease, fields: Partial<Lease>): Lease {
    const changed = { ...lease, ...fields }
    this.#leases.set(lease.jobId, changed)
    return changed
  }

  #leaseMs(started: boolean): number {
    return started ? this.#settings.leaseMs : this.#settings.startLeaseMs
  }

  #jobOf({ buildId, jobId }: Lease): Job | undefined {
    return this.#builds.get(buildId)?.attempts.get(jobId)
  }

  #log(jobId: string): LogBuffer {
    const log = this.#logs.get(jobId) ?? new LogBuffer()
    this.#logs.set(jobId, log)
    return log
  }
}
