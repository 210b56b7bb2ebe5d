import {
  type AppendedResult,
  conditionHolds,
  type Plan,
  type PlanResult,
  parsePlan,
  planAppended,
  type StepFile,
} from '@harmont/ir'
import type { LackingParts, PartStore, WantedParts } from '../artifacts/part-store.ts'
import { isVanished, vanished } from '../core/exit.ts'
import type { AppendRequest, Build, BuildEvent, JobState, Outcome, ServiceState } from '../core/model.ts'
import { filesFrom } from '../core/placement/homes.ts'
import { everything, type Reach } from '../core/placement/reach.ts'
import { planBuild } from '../core/plan-build.ts'
import { isHeld, isNewestLease, isTerminal } from '../core/states.ts'
import { noTraffic } from '../layers/layer.ts'
import { LocalLayers, type LocalLayersOptions } from '../layers/local-layers.ts'
import type { Log } from '../log.ts'
import type { Directive, LeasedJob, LeaseRef, LeaseStatus, RenderResult, RunnerPort, SourceOffer } from '../port.ts'
import type { SplitFile } from '../splits/deal.ts'
import type { FileSplit } from '../splits/split-store.ts'
import type { StepOutput } from '../step-output.ts'
import type { BuildContext, BuildSource, JobOutput, Lease, LiveSnapshots, RunnerReport, Store } from '../store.ts'
import { defaultStoreSettings } from '../store-settings.ts'
import type { Phase } from '../trace.ts'
import type { EngineWatch } from '../watch.ts'
import { awaitReady } from './await-ready.ts'
import { type IdTokenIssuer, idTokensOfJob } from './id-tokens-of-job.ts'
import { findJob, jobOf, leasedJob } from './leased-job.ts'
import { LocalProbes } from './local-probes.ts'
import { loginOfBuild, type SecretsOwner, secretsOfBuild } from './secrets-of-build.ts'

export interface LocalPortOptions {
  readonly store: Store
  readonly sources: {
    /**
     * Returns the way in which a runner gets a build's source; see `RunnerPort.fetchSource` for
     * errors.
     */
    offer(buildId: string, source: BuildSource): Promise<SourceOffer>
  }
  readonly secrets: SecretsOwner
  /** Absent if no identity tokens are issued. */
  readonly idTokens?: IdTokenIssuer
  /** Absent if artifacts cannot be stored. */
  readonly parts?: PartStore
  /** Absent if nothing is counted. */
  readonly watch?: EngineWatch
  /** The runner of this port and the options of its layers; absent if layers do not travel. */
  readonly layers?: Pick<LocalLayersOptions, 'runner' | 'objects' | 'getsSecrets' | 'mayHave' | 'ticketSecret'>
  /** Parses a rendered IR. Defaults to this thread, which a large IR blocks for half a second. */
  readonly parse?: (ir: string) => Promise<PlanResult>
  /** Parses the step documents of a generator in the same way. */
  readonly parseAppended?: (files: readonly StepFile[]) => Promise<AppendedResult>
  readonly log: Log
  /** The jobs that the runner may take; defaults to all. */
  readonly reach?: Reach
  /** The store's lease time, if it differs from the default. */
  readonly leaseMs?: number
}

const noRoom: LackingParts = { kind: 'refused', message: 'Artifacts cannot be stored here.' }
/** Maximum number of remembered sources, enough for all concurrent builds. */
const rememberedSources = 1_000

/** Connects a runner to a store in the same process. */
export function createLocalPort(options: LocalPortOptions): RunnerPort {
  return new LocalPort(options)
}

class LocalPort implements RunnerPort {
  readonly probes: RunnerPort['probes']
  readonly layers: LocalLayers | null
  readonly #options: LocalPortOptions
  readonly #store: Store
  readonly #reach: Reach
  /** Remembered sources by build. The source of a build never changes. */
  readonly #sources = new Map<string, BuildContext['source']>()

  constructor(options: LocalPortOptions) {
    const { store, reach = everything } = options
    this.probes = store.probes && new LocalProbes(store.probes, { ...options, reach })
    const { layers } = store
    this.layers =
      layers !== null && options.layers !== undefined
        ? new LocalLayers({
            ...options.layers,
            ...{ store, layers, reach, log: options.log },
            ...(options.watch && { watch: options.watch }),
          })
        : null
    this.#options = options
    this.#store = store
    this.#reach = reach
  }

  async lease({ runner, slots, traffic, ...wait }: Parameters<RunnerPort['lease']>[0]): Promise<readonly LeasedJob[]> {
    const store = this.#store
    const takesFiles = this.layers !== null && traffic !== undefined && traffic.forms.length > 0
    const leases = await awaitReady(
      () => this.#take(runner, slots, this.layers === null ? noTraffic : traffic),
      (after) => store.leases.nextReadyAt(takesFiles ? after : undefined),
      store.changes,
      { ...wait, now: store.now },
    )
    const asked = await Promise.allSettled(
      leases.map(async (lease) => {
        const job = await this.#toJob(lease, 'known')
        await this.#tellLeased(lease)
        return job
      }),
    )
    const failed = asked.filter((answer) => answer.status === 'rejected')
    // Their leases still hold, and the runner finds them as unknown leases when it renews.
    for (const { reason } of failed) this.#options.log('warn', 'could not read a leased job', reason)
    return asked.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value ?? []) : []))
  }

  /**
   * Takes jobs or, if there are none, requests files that would make others available to this
   * runner.
   */
  async #take(runner: string, slots: number, traffic = noTraffic): Promise<readonly Lease[]> {
    const { leases, layers, now } = this.#store
    const began = performance.now()
    const taken = await leases.take(runner, slots, now(), this.#reach, traffic)
    if (taken.length > 0) this.#options.watch?.looked(performance.now() - began)
    else await layers?.want({ runner, reach: this.#reach, traffic }, now())
    return taken
  }

  async reclaim(runner: string): Promise<readonly LeasedJob[]> {
    const leases = await this.#store.leases.of(runner)
    // Either all leases are returned or none, because the sandbox of a missing lease would be
    // destroyed.
    const jobs = await Promise.all(leases.map((lease) => this.#toJob(lease, 'load')))
    return jobs.flatMap((job) => job ?? [])
  }

  async renew(runner: string, { traffic, room, peer }: RunnerReport = {}): Promise<readonly LeaseStatus[]> {
    const { leases, runners, now } = this.#store
    const at = now()
    const { layers } = this
    const exchanged = layers === null ? {} : { traffic, peer: layers.peers && peer }
    const [held, isAsked] = await Promise.all([
      leases.renew(runner, at),
      runners.seen(runner, this.#reach, at, { room, ...exchanged }),
    ])
    if (isAsked) void layers?.tellWanted()
    return held.map(toStatus)
  }

  onDirective(listener: (directive: Directive) => void): () => void {
    return this.#store.changes.onStop(({ job: jobId, fence, reason: stop }) => listener({ jobId, fence, stop }))
  }

  async started(lease: LeaseRef, at: Date, phases?: readonly Phase[]): Promise<Date | null> {
    const { leaseMs = defaultStoreSettings.leaseMs } = this.#options
    const event: BuildEvent = { type: 'started', ...reported(lease, at), ...phased(phases) }
    const isHolding = await this.#report(lease, [event])
    return isHolding ? new Date(at.getTime() + leaseMs) : null
  }

  substituted(lease: LeaseRef, at: Date, image: string): Promise<boolean> {
    return this.#report(lease, [{ type: 'substituted', ...reported(lease, at), image }])
  }

  commandEnded(lease: LeaseRef, at: Date): Promise<boolean> {
    return this.#report(lease, [{ type: 'command_ended', ...reported(lease, at) }])
  }

  services(lease: LeaseRef, at: Date, services: readonly ServiceState[]): Promise<boolean> {
    return this.#report(lease, [{ type: 'services', ...reported(lease, at), services }])
  }

  async finish(
    lease: LeaseRef,
    at: Date,
    outcome: Outcome,
    output: StepOutput,
    phases?: readonly Phase[],
  ): Promise<boolean> {
    const appends = await this.#appendRequest(lease, output)
    const ended: BuildEvent = { type: 'ended', ...reported(lease, at), ...phased(phases), outcome, appends }
    const hasEnded = outcome.kind === 'exited' && !isVanished(outcome)
    const events = hasEnded ? [deadlineOf(lease, at), ended] : [ended]
    return this.#report(lease, events, isTerminal, { jobId: lease.jobId, output })
  }

  /** Plans the step documents of a generator. The core decides whether they may be appended. */
  async #appendRequest({ buildId }: LeaseRef, { steps: left }: StepOutput): Promise<AppendRequest | undefined> {
    if (left === undefined) return undefined
    if (left.kind === 'unreadable') return { kind: 'unreadable', message: left.problem }
    const { parseAppended = async (files) => planAppended(files) } = this.#options
    const parsed = await parseAppended(left.files)
    if (!parsed.ok) return { kind: 'unreadable', message: parsed.error.message }
    const { conditionContext } = (await this.#load(buildId, 'known')).context
    const conditions = parsed.plan.steps.map(({ condition }) => conditionHolds(condition, conditionContext))
    return { kind: 'steps', plan: parsed.plan, conditions }
  }

  async rendered(lease: LeaseRef, at: Date, result: RenderResult): Promise<boolean> {
    const { parse = async (ir) => parsePlan(ir) } = this.#options
    const parsed = result.ok ? await parse(result.ir) : { ok: false as const, error: result }
    const event = await this.#renderEvent(lease, at, parsed)
    const taken = await this.#report(lease, [deadlineOf(lease, at), event], isTerminal)
    const warnings = parsed.ok ? parsed.plan.warnings : []
    if (taken && warnings.length > 0) await this.#store.logs.remark(lease.jobId, warnings.join('\n'), at.getTime())
    return taken
  }

  lookedUp(lease: LeaseRef, at: Date, lookUp: Parameters<RunnerPort['lookedUp']>[2]): Promise<boolean> {
    return this.#store.leases.noteLookUp(lease, at.getTime(), lookUp)
  }

  append(...[lease, chunks, spoolPosition]: Parameters<RunnerPort['append']>): Promise<boolean> {
    return this.#store.logs.append(lease, chunks, spoolPosition)
  }

  openServiceLog(lease: LeaseRef, service: string, isNew: boolean): ReturnType<RunnerPort['openServiceLog']> {
    return this.#store.logs.openService({ ...lease, service }, isNew)
  }

  async lackingParts(lease: LeaseRef, wanted: WantedParts): Promise<LackingParts | null> {
    const { parts } = this.#options
    if (!(await this.#isHolding(lease))) return null
    return parts === undefined ? noRoom : parts.lacking(lease, wanted)
  }

  async putPart(lease: LeaseRef, digest: string, bytes: Uint8Array): Promise<boolean> {
    const { parts } = this.#options
    if (!(await this.#isHolding(lease))) return false
    if (parts === undefined) throw new Error('expected no part of an artifact: artifacts cannot be stored')
    await parts.put(lease, digest, bytes)
    return true
  }

  async fetchSecrets(lease: LeaseRef, names: readonly string[]): ReturnType<RunnerPort['fetchSecrets']> {
    const { context } = await this.#loadHeld(lease)
    return secretsOfBuild(this.#options.secrets, context, lease.buildId, names)
  }

  async issueIdTokens(lease: LeaseRef): ReturnType<RunnerPort['issueIdTokens']> {
    const { build, context } = await this.#loadHeld(lease)
    return idTokensOfJob(this.#options.idTokens, { build, context, job: jobOf(build, lease.jobId) })
  }

  async registryLogin(lease: LeaseRef, registry: string): ReturnType<RunnerPort['registryLogin']> {
    const { build, context } = await this.#loadHeld(lease)
    return loginOfBuild(this.#options.secrets, build, context, registry)
  }

  async dealFiles(
    lease: LeaseRef,
    { files: pattern, total }: FileSplit,
    files: readonly SplitFile[],
  ): ReturnType<RunnerPort['dealFiles']> {
    if (!(await this.#isHolding(lease))) return null
    return this.#store.splits.deal(lease.buildId, { files: pattern, total }, files)
  }

  async fetchSource(buildId: string): Promise<SourceOffer | null> {
    const known = this.#sources.get(buildId)
    const source = known === undefined ? (await this.#load(buildId)).context.source : known
    return source && this.#options.sources.offer(buildId, source)
  }

  liveSnapshots(runner: string, pinnedMs: number): Promise<LiveSnapshots> {
    return this.#store.builds.liveSnapshots(this.#store.now() - pinnedMs, runner)
  }

  async #load(buildId: string, way: 'load' | 'known' = 'load'): Promise<LoadedBuild> {
    const loaded = await this.#store.builds[way](buildId)
    if (loaded === undefined) throw new Error(`there is no build ${buildId}`)
    this.#sources.set(buildId, loaded.context.source)
    const [oldest] = this.#sources.keys()
    if (this.#sources.size > rememberedSources && oldest !== undefined) this.#sources.delete(oldest)
    return loaded
  }

  /** Loads the build of a lease. Throws if the lease is lost. */
  async #loadHeld(lease: LeaseRef): Promise<LoadedBuild> {
    const loaded = await this.#load(lease.buildId)
    if (!holds(loaded.build, lease)) throw new Error(`the lease of job ${lease.jobId} is lost`)
    return loaded
  }

  /**
   * Returns undefined if the job cannot be run, in which case its lease has ended. Throws if the
   * store cannot be reached.
   */
  async #toJob(lease: Lease, way: 'load' | 'known'): Promise<LeasedJob | undefined> {
    const { build, context } = await this.#load(lease.buildId, way)
    const logBytes = lease.lastSeq === 0 ? 0 : (await this.#store.logs.size(lease.jobId)).bytes
    try {
      return leasedJob(lease, build, context, logBytes)
    } catch (error) {
      this.#options.log('error', `could not prepare job ${lease.jobId} for a runner`, error)
      await this.#refuse(lease)
      return undefined
    }
  }

  /**
   * Ends the lease of a job that cannot be run. A job that has not begun fails. One that has begun
   * starts again first, and then fails.
   */
  async #refuse({ jobId: job, buildId, fence, leaseId, started }: Lease): Promise<void> {
    const outcome: Outcome = started
      ? vanished
      : {
          kind: 'refused',
          code: 'provision_failed',
          message: 'Could not prepare the job: internal error of the server.',
        }
    await this.#store.builds.apply(buildId, [{ type: 'ended', job, fence, leaseId, at: this.#store.now(), outcome }])
  }

  async #tellLeased({ buildId, jobId, runner }: Lease): Promise<void> {
    const { watch } = this.#options
    if (watch === undefined) return
    const { build } = await this.#load(buildId, 'known')
    const { step, assignedAt, scheduledAt, notBefore } = jobOf(build, jobId)
    const readyAt = Math.max(scheduledAt ?? 0, notBefore ?? 0)
    const own = step === null ? undefined : build.steps[step]
    const holders = own === undefined ? [] : filesFrom(own).map((from) => build.jobs[from]?.runner)
    const isHome = holders.every((holder) => holder === runner)
    watch.leased({
      pool: this.#reach.pool,
      waitMs: Math.max((assignedAt ?? this.#store.now()) - readyAt, 0),
      files: holders.length === 0 ? 'none' : isHome ? 'home' : 'away',
    })
  }

  /**
   * A stale "yes" does no harm, because an unreferenced part is removed later. A stale "no" would
   * refuse a lease that another process has granted, so the build is then read again.
   */
  async #isHolding(lease: LeaseRef): Promise<boolean> {
    const ways = ['known', 'load'] as const
    for (const way of ways) if (holds((await this.#load(lease.buildId, way)).build, lease)) return true
    return false
  }

  /**
   * Applies events of a lease and returns whether the last one was accepted. `isRecorded` tells
   * whether the job's state already reflects a refused event, as after a repeated call.
   */
  async #report(
    { buildId, jobId, ...lease }: LeaseRef,
    events: readonly BuildEvent[],
    isRecorded: (state: JobState) => boolean = isHeld,
    output?: JobOutput,
  ): Promise<boolean> {
    const applied = await this.#store.builds.apply(buildId, events, output)
    if (applied === undefined) return false
    if (applied.taken.at(-1) === true) return true
    const job = await this.#store.builds.job(buildId, jobId)
    const isRepeated = job !== undefined && isNewestLease(job, lease) && isRecorded(job.state)
    if (!isRepeated) this.#options.watch?.refused()
    return isRepeated
  }

  /** Returns the event that ends a rendering. */
  async #renderEvent(lease: LeaseRef, at: Date, parsed: Parsed): Promise<BuildEvent> {
    if (!parsed.ok) {
      const { code, message } = parsed.error
      return { type: 'render_failed', ...reported(lease, at), code, message }
    }
    const { plan } = parsed
    const { conditions, group } = beginningOf(plan, await this.#load(lease.buildId))
    return { type: 'rendered', ...reported(lease, at), plan, conditions, group }
  }
}

type LoadedBuild = NonNullable<Awaited<ReturnType<Store['builds']['load']>>>

type RenderedEvent = Extract<BuildEvent, { readonly type: 'rendered' }>

/** A parsed IR, or the reason why there is none. */
type Parsed =
  | Extract<PlanResult, { readonly ok: true }>
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } }

/** Returns the results of the steps' conditions, and the concurrency group. */
function beginningOf(plan: Plan, { build, context }: LoadedBuild): Pick<RenderedEvent, 'conditions' | 'group'> {
  const { conditionContext: conditions, injectedEnv, planOnly, claimant = null } = context
  if (planOnly) return { conditions: plan.steps.map(() => false), group: undefined }
  const pullRequest = injectedEnv.HARMONT_PULL_REQUEST ?? null
  return planBuild(plan, { conditions, group: { pipeline: build.pipeline, pullRequest, claimant } })
}

/** Returns the fields common to all events of a lease. */
function reported({ jobId: job, fence, leaseId = null }: LeaseRef, at: Date) {
  return { job, fence, leaseId, at: at.getTime() }
}

/** Returns the field `phases`, or no field if there are none. */
function phased(phases: readonly Phase[] = []): Pick<Extract<BuildEvent, { readonly type: 'ended' }>, 'phases'> {
  if (phases.length === 0) return {}
  return { phases: phases.map(({ name, from, to }) => ({ name, from: from.getTime(), to: to.getTime() })) }
}

function deadlineOf({ jobId: job }: LeaseRef, at: Date): BuildEvent {
  return { type: 'job_deadline', job, at: at.getTime() }
}

function holds(build: Build, { jobId, ...lease }: Pick<LeaseRef, 'jobId' | 'fence' | 'leaseId'>): boolean {
  const job = findJob(build, jobId)
  return job !== undefined && isNewestLease(job, lease) && isHeld(job.state)
}

function toStatus({ jobId, buildId, fence, leaseId, expiresAt, stop }: Lease): LeaseStatus {
  return { jobId, buildId, fence, leaseId, expiresAt: new Date(expiresAt), stop }
}
