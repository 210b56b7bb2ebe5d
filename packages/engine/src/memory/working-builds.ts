import type { LocalChangeFeed } from '../change-feed.ts'
import type { Created } from '../core/create-build.ts'
import { groupOf } from '../core/gates.ts'
import { type LiveBuild, liveBuild, viewBuild } from '../core/live-build.ts'
import type { BuildEvent, Effect, Instant, Job } from '../core/model.ts'
import { checkTogether, type Taker } from '../core/placement/placement.ts'
import { membersOf, settleGroup } from '../core/settle-group.ts'
import { isHeld, isNewestLease } from '../core/states.ts'
import { isEndTaken, playEvents } from '../play-events.ts'
import { remarkLine } from '../remark-line.ts'
import { type StepOutput, withinBuild } from '../step-output.ts'
import type { Applied, BuildContext, JobOutput, Lease, NamedLeaseOf } from '../store.ts'
import type { StoreSettings } from '../store-settings.ts'
import { LogBuffer } from './log-buffer.ts'
import { ReadyQueue } from './ready-queue.ts'

export interface StoredBuild {
  readonly live: LiveBuild
  readonly context: BuildContext
  /** All attempts in order of creation. */
  readonly attempts: Map<string, Job>
  /** Outputs of steps, by their jobs. */
  readonly outputs: Map<string, StepOutput>
}

/**
 * Holds the builds, leases and logs of one process, and keeps the three consistent at each change.
 */
export class WorkingBuilds {
  readonly builds = new Map<string, StoredBuild>()
  readonly leases = new Map<string, Lease>()
  readonly ready = new ReadyQueue()
  readonly #logs = new Map<string, LogBuffer>()
  readonly #settings: StoreSettings
  readonly #changes: LocalChangeFeed

  constructor(settings: StoreSettings, changes: LocalChangeFeed) {
    this.#settings = settings
    this.#changes = changes
  }

  /** Adds a new build and makes its first jobs ready. */
  submit({ build, effects }: Created, context: BuildContext): void {
    const live = liveBuild(build)
    const jobs = build.render === null ? build.jobs : [build.render]
    const stored = { live, context, attempts: new Map(jobs.map((job) => [job.id, job])), outputs: new Map() }
    this.builds.set(build.id, stored)
    for (const job of jobs) this.#follow(stored, job, build.createdAt)
    this.#changes.tell(build, effects)
    this.settle(effects)
  }

  /** Applies events; refuses losses of unexpired leases and of runners that are present. */
  apply(
    stored: StoredBuild,
    asked: readonly BuildEvent[],
    output?: JobOutput,
    isBack: (event: BuildEvent) => boolean = () => false,
  ): Applied {
    const { live } = stored
    const isTold = asked.map(
      (event) => !isBack(event) && (event.type !== 'lease_lost' || this.#isExpired(event.job, event.at)),
    )
    const events = asked.filter((_, index) => isTold[index])
    const played = playEvents(live, events, this.#settings)
    const at = asked.at(-1)?.at ?? 0
    const changed = [...played.jobs.values(), ...played.added.values()]
    for (const job of changed) {
      stored.attempts.set(job.id, job)
      this.#follow(stored, job, at)
    }
    for (const effect of played.effects) if (effect.type === 'remark') this.remark(effect.job, effect.text, at)
    this.#changes.tell(live.header, played.effects)
    const verdicts = played.taken.values()
    const taken = isTold.map((told) => told && verdicts.next().value === true)
    if (output && isEndTaken(asked, taken, output.jobId)) this.#keepOutput(stored, output, at)
    return { build: viewBuild(live), changed, taken, effects: played.effects }
  }

  /** Returns the output of an ended job's step. */
  outputOf(jobId: string): StepOutput | undefined {
    return [...this.builds.values()].find(({ outputs }) => outputs.has(jobId))?.outputs.get(jobId)
  }

  #keepOutput({ live, attempts, outputs }: StoredBuild, { jobId, output }: JobOutput, at: Instant): void {
    const step = attempts.get(jobId)?.step
    const others = live.jobs.filter((job) => job.step !== step)
    const count = others.reduce((sum, { id }) => sum + (outputs.get(id)?.annotations.length ?? 0), 0)
    const { kept, remark } = withinBuild(count, output.annotations)
    outputs.set(jobId, { ...output, annotations: kept })
    if (remark !== null) this.remark(jobId, remark, at)
  }

  /** Settles the groups that effects name, and then the groups that this affects. */
  settle(effects: readonly Effect[]): void {
    const due = effects.flatMap((effect) => (effect.type === 'group_due' ? effect.key : []))
    for (let key = due.pop(); key !== undefined; key = due.pop()) {
      const headers = [...this.builds.values()].map(({ live }) => live.header)
      const { admit, supersede } = settleGroup(membersOf(headers, key))
      const id = supersede[0] ?? admit[0]
      const stored = this.builds.get(id ?? '')
      if (!stored) continue
      const type = supersede.length > 0 ? 'supersede' : 'admit'
      this.apply(stored, [{ type, at: this.#settings.now() }])
      due.push(key)
    }
  }

  /** Returns a check whether this runner may take a ready job, for jobs that are taken together. */
  checkFor(taker: Taker): (job: { readonly jobId: string; readonly buildId: string }) => boolean {
    const checks = new Map<string, ReturnType<typeof checkTogether>>()
    return ({ jobId, buildId }) => {
      const live = this.builds.get(buildId)?.live
      if (live === undefined) return false
      const check = checks.get(buildId) ?? checkTogether(live)
      checks.set(buildId, check)
      return check(jobId, taker)
    }
  }

  /** Returns the held lease that the arguments identify; undefined if it is not held. */
  heldLease({ jobId, ...named }: NamedLeaseOf): Lease | undefined {
    const lease = this.leases.get(jobId)
    return lease && isNewestLease(lease, named) ? lease : undefined
  }

  changeLease(lease: Lease, fields: Partial<Lease>): Lease {
    const changed = { ...lease, ...fields }
    this.leases.set(lease.jobId, changed)
    return changed
  }

  /** Returns the duration of a lease in milliseconds. */
  leaseMs(isStarted: boolean): number {
    return isStarted ? this.#settings.leaseMs : this.#settings.startLeaseMs
  }

  log(jobId: string): LogBuffer {
    const log = this.#logs.get(jobId) ?? new LogBuffer()
    this.#logs.set(jobId, log)
    return log
  }

  remark(jobId: string, text: string, at: Instant): void {
    this.log(jobId).add(2, Buffer.from(remarkLine(text)), BigInt(at) * 1_000_000n)
  }

  /**
   * Keeps a job in the ready queue exactly while it is scheduled, and its lease exactly while a
   * runner may have processes of the job.
   */
  #follow({ live }: StoredBuild, job: Job, at: Instant): void {
    const { id: buildId, queue, createdAt: builtAt } = live.header
    const { id: jobId, state, step, notBefore } = job
    const plan = step === null ? undefined : live.steps[step]
    const group = plan === undefined ? null : groupOf(live.header, plan)
    if (state === 'scheduled') this.ready.add({ jobId, buildId, queue, notBefore, builtAt, step: step ?? -1, group })
    else this.ready.delete(queue, jobId)
    if (group) {
      this.ready.run(queue, { jobId, buildId }, group, isHeld(state))
      // The job may have made room for another one.
      if (!isHeld(state)) this.#changes.ready()
    }
    const lease = this.leases.get(job.id)
    if (!lease) return
    if (!isHeld(job.state)) this.leases.delete(job.id)
    else {
      const starts = job.state === 'running' && !lease.started
      const stop = job.state === 'canceling' ? 'cancel' : job.state === 'timing_out' ? 'timeout' : null
      // A lease never becomes shorter: its runner lets the command run until the lease expires, and
      // may learn of a change late.
      const expiresAt = starts ? Math.max(at + this.leaseMs(true), lease.expiresAt) : lease.expiresAt
      this.changeLease(lease, { stop, deadlineAt: job.deadlineAt, started: lease.started || starts, expiresAt })
    }
  }

  #isExpired(jobId: string, at: Instant): boolean {
    const lease = this.leases.get(jobId)
    return lease !== undefined && lease.expiresAt <= at
  }
}
