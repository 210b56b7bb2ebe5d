import type { Chunk } from '@harmont/logs'
import { LocalChangeFeed } from '../change-feed.ts'
import type { Created } from '../core/create-build.ts'
import { standsStill } from '../core/decide-abandon.ts'
import { groupOf } from '../core/gates.ts'
import { type LiveBuild, liveBuild, viewBuild } from '../core/live-build.ts'
import type { Build, BuildEvent, Effect, Instant, Job } from '../core/model.ts'
import { membersOf, settleGroup } from '../core/settle-group.ts'
import { isHeld } from '../core/states.ts'
import { type Played, playEvents } from '../play-events.ts'
import { remarkLine } from '../remark-line.ts'
import {
  type Applied,
  type BuildContext,
  type BuildStore,
  type Lease,
  type LiveSnapshots,
  shortLogChunks,
  type Watch,
} from '../store.ts'
import { longBreakMs, type StoreSettings, storeSettings } from '../store-settings.ts'
import type { Wait } from '../wait.ts'
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
  readonly now: () => Instant
  readonly #settings: StoreSettings
  readonly #builds = new Map<string, StoredBuild>()
  readonly #leases = new Map<string, Lease>()
  readonly #ready = new ReadyQueue()
  readonly #logs = new Map<string, LogBuffer>()
  #watch: (Watch & { readonly seenAt: Instant }) | null = null

  constructor(settings: Partial<StoreSettings> = {}) {
    this.#settings = storeSettings(settings)
    this.now = this.#settings.now
  }

  /** Takes a new build in and makes its first jobs ready. */
  submit({ build, effects }: Created, context: BuildContext): void {
    const live = liveBuild(build)
    const jobs = build.render === null ? build.jobs : [build.render]
    const stored = { live, context, attempts: new Map(jobs.map((job) => [job.id, job])) }
    this.#builds.set(build.id, stored)
    for (const job of jobs) this.#follow(stored, job, build.createdAt)
    this.changes.tell(build, effects)
    this.#settle(effects)
  }

  async load(buildId: string): Promise<{ build: Build; context: BuildContext } | undefined> {
    const stored = this.#builds.get(buildId)
    return stored && { build: viewBuild(stored.live), context: stored.context }
  }

  known(buildId: string): ReturnType<BuildStore['known']> {
    return this.load(buildId)
  }

  async jobs(buildId: string): Promise<readonly Job[]> {
    const attempts = [...(this.#builds.get(buildId)?.attempts.values() ?? [])]
    return attempts.sort((a, b) => (a.step ?? -1) - (b.step ?? -1) || a.attempt - b.attempt)
  }

  async apply(buildId: string, events: readonly BuildEvent[]): Promise<Applied | undefined> {
    if (events.some(({ type }) => type === 'leased'))
      throw new TypeError('expected an event, got a lease: lease() gives leases')
    const stored = this.#builds.get(buildId)
    if (!stored) return undefined
    const applied = this.#apply(stored, events)
    this.#settle(applied.effects)
    return applied
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

  async waits(buildId: string, now: Instant = this.now()): Promise<ReadonlyMap<string, Wait>> {
    const live = this.#builds.get(buildId)?.live
    const ready = live?.jobs.filter(({ state }) => state === 'scheduled').map(({ id }) => id)
    return live && ready ? this.#ready.waits(live.header.queue, ready, now) : new Map()
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

  /** Who asks why a step ran is told by the log: nobody reads the look-ups of one process. */
  async noteLookUp({ jobId, fence }: { jobId: string; fence: number }): Promise<boolean> {
    return this.#leases.get(jobId)?.fence === fence
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

  async watch(now: Instant): Promise<Watch> {
    const before = this.#watch
    const isBroken = before === null || before.seenAt < now - longBreakMs
    const isBusy = [...this.#leases.values()].some(({ expiresAt }) => expiresAt > now)
    const since = isBroken ? now : before.since
    this.#watch = { since, seenAt: now, busyAt: isBusy ? now : (before?.busyAt ?? null) }
    return { since, busyAt: this.#watch.busyAt }
  }

  async standing(since: Instant, isIdle: boolean, limit: number): Promise<readonly string[]> {
    const still = [...this.#builds.values()].filter(({ live }) => standsStill(live, since))
    const isReady = ({ live: { jobs, render } }: StoredBuild) =>
      (render === null ? jobs : [...jobs, render]).some(({ state }) => state === 'scheduled')
    const found = isIdle ? still : still.filter((stored) => !isReady(stored))
    return found.slice(0, limit).map(({ live }) => live.header.id)
  }

  /** Each change has seen to the groups already. */
  async settleGroups(): Promise<void> {}

  async nextReadyAt(): Promise<Instant | null> {
    return this.#ready.nextNotBefore()
  }

  async liveSnapshots(since: Instant): Promise<LiveSnapshots> {
    return keptSnapshots(this.#builds.values(), since)
  }

  async read(jobId: string, after: number, maxBytes: number): Promise<readonly Chunk[]> {
    return this.#logs.get(jobId)?.read(after, maxBytes) ?? []
  }

  async readShort(jobIds: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, readonly Chunk[]>> {
    const logs = jobIds.map((id) => [id, this.#logs.get(id)?.read(0, Number.POSITIVE_INFINITY) ?? []] as const)
    return new Map(logs.filter(([, chunks]) => chunks.length <= shortLogChunks && bytesOf(chunks) <= maxBytes))
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
    this.changes.tell(live.header, played.effects)
    const verdicts = played.taken.values()
    const taken = held.map((kept) => kept && verdicts.next().value === true)
    return { build: viewBuild(live), changed, taken, effects: played.effects }
  }

  /** Sees to the groups that effects name, and to those of what follows from that. */
  #settle(effects: readonly Effect[]): void {
    const due = effects.flatMap((effect) => (effect.type === 'group_due' ? effect.key : []))
    for (let key = due.pop(); key !== undefined; key = due.pop()) {
      const headers = [...this.#builds.values()].map(({ live }) => live.header)
      const { admit, supersede } = settleGroup(membersOf(headers, key))
      const id = supersede[0] ?? admit[0]
      const stored = this.#builds.get(id ?? '')
      if (!stored) continue
      const type = supersede.length > 0 ? 'supersede' : 'admit'
      this.#apply(stored, [{ type, at: this.now() }])
      due.push(key)
    }
  }

  /** A job is in the ready queue while it is scheduled and has a lease while a runner may have processes of it, never else. */
  #follow({ live }: StoredBuild, job: Job, at: Instant): void {
    const { id: buildId, queue, createdAt: builtAt } = live.header
    const { id: jobId, state, step, notBefore } = job
    const plan = step === null ? undefined : live.steps[step]
    const group = plan === undefined ? null : groupOf(live.header, plan)
    if (state === 'scheduled') this.#ready.add({ jobId, buildId, queue, notBefore, builtAt, step: step ?? -1, group })
    else this.#ready.delete(queue, jobId)
    if (group) {
      this.#ready.run(queue, { jobId, buildId }, group, isHeld(state))
      // Whoever ends, or waits no more, may have made room for another.
      if (!isHeld(state)) this.changes.ready()
    }
    const lease = this.#leases.get(job.id)
    if (!lease) return
    if (!isHeld(job.state)) this.#leases.delete(job.id)
    else {
      const starts = job.state === 'running' && !lease.started
      const stop = job.state === 'canceling' ? 'cancel' : job.state === 'timing_out' ? 'timeout' : null
      // A lease never becomes shorter: its holder lets the command live until it ends, and may be held up before it hears of the change.
      const expiresAt = starts ? Math.max(at + this.#leaseMs(true), lease.expiresAt) : lease.expiresAt
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

function bytesOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { content }) => sum + content.length, 0)
}
