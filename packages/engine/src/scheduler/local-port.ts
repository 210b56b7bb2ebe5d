import { type PlanResult, parsePlan } from '@harmont/ir'
import type { LackingParts, PartStore } from '../artifacts/part-store.ts'
import { isVanished, vanished } from '../core/exit.ts'
import type { Build, BuildEvent, Job, Outcome } from '../core/model.ts'
import { planBuild } from '../core/plan-build.ts'
import { everything, type Reach } from '../core/reach.ts'
import { isHeld, isTerminal } from '../core/states.ts'
import type { Log } from '../log.ts'
import type { LeasedJob, LeaseRef, LeaseStatus, ProbePort, RenderResult, RunnerPort, SourceOffer } from '../port.ts'
import { nextRun } from '../probes/proof.ts'
import type { BuildContext, BuildSource, JobOutput, Lease, ProbeStore, Store } from '../store.ts'
import { defaultStoreSettings } from '../store-settings.ts'
import { awaitReady } from './await-ready.ts'
import { forkWork } from './fork-work.ts'
import { jobOf, leasedJob } from './leased-job.ts'
import { type SecretsOwner, secretsOfBuild } from './secrets-of-build.ts'

export interface LocalPortOptions {
  readonly store: Store
  readonly sources: {
    /** Returns how a runner gets a build's source; see `RunnerPort.fetchSource` for errors. */
    offer(buildId: string, source: BuildSource): Promise<SourceOffer>
  }
  readonly secrets: SecretsOwner
  /** Absent where no artifacts can be kept. */
  readonly parts?: PartStore
  /** Parses a rendered IR. By default on this thread, which a large IR blocks for half a second. */
  readonly parse?: (ir: string) => Promise<PlanResult>
  readonly log: Log
  /** What the runner may take; everything by default. */
  readonly reach?: Reach
  /** The store's lease time, when it is not the default. */
  readonly leaseMs?: number
}

const noRoom: LackingParts = { kind: 'refused', message: 'No artifacts can be kept here.' }
/** Enough for the builds that run at a time. */
const rememberedSources = 1_000

/** Connects a runner to a store in the same process. */
export function createLocalPort({
  store,
  sources: { offer },
  secrets,
  parts,
  parse = async (ir) => parsePlan(ir),
  log,
  reach = everything,
  leaseMs = defaultStoreSettings.leaseMs,
}: LocalPortOptions): RunnerPort {
  /** Remembered, because a build's source never changes. */
  const sources = new Map<string, BuildContext['source']>()

  const loadBuild = async (buildId: string, way: 'load' | 'known' = 'load') => {
    const loaded = await store.builds[way](buildId)
    if (loaded === undefined) throw new Error(`there is no build ${buildId}`)
    sources.set(buildId, loaded.context.source)
    const [oldest] = sources.keys()
    if (sources.size > rememberedSources && oldest !== undefined) sources.delete(oldest)
    return loaded
  }

  /**
   * Returns undefined when the job cannot be run and its lease has ended. Throws when the store
   * cannot be reached.
   */
  async function toJob(lease: Lease, way: 'load' | 'known'): Promise<LeasedJob | undefined> {
    const { build, context } = await loadBuild(lease.buildId, way)
    const logBytes = lease.lastSeq === 0 ? 0 : (await store.logs.size(lease.jobId)).bytes
    try {
      return leasedJob(lease, build, context, logBytes)
    } catch (error) {
      log('error', `could not give job ${lease.jobId} to a runner`, error)
      await refuse(lease)
      return undefined
    }
  }

  /**
   * Ends the lease of a job that cannot be run. One that has not begun fails; one that has starts
   * anew and is then refused.
   */
  async function refuse({ jobId: job, buildId, fence, started }: Lease): Promise<void> {
    const outcome: Outcome = started
      ? vanished
      : {
          kind: 'refused',
          code: 'provision_failed',
          message: 'Could not prepare the job: internal error of the server.',
        }
    await store.builds.apply(buildId, [{ type: 'ended', job, fence, at: store.now(), outcome }])
  }

  /** A stale answer does no harm: a part that nothing names is removed later. */
  async function isHolding(lease: LeaseRef): Promise<boolean> {
    return holds((await loadBuild(lease.buildId, 'known')).build, lease)
  }

  /**
   * Applies events of a lease and returns whether the last one was taken. `isRecorded` says whether
   * the job's state already reflects a refused one, as after a repeated call.
   */
  async function report(
    { buildId, jobId, fence }: LeaseRef,
    events: readonly BuildEvent[],
    isRecorded: (job: Job) => boolean,
    output?: JobOutput,
  ): Promise<boolean> {
    const applied = await store.builds.apply(buildId, events, output)
    if (applied === undefined) return false
    if (applied.taken.at(-1) === true) return true
    const job = (await store.builds.jobs(buildId)).find(({ id }) => id === jobId)
    return job !== undefined && job.fence === fence && isRecorded(job)
  }

  return {
    async lease({ runner, slots, waitMs, signal }) {
      const leases = await awaitReady(
        () => store.leases.take(runner, slots, store.now(), reach),
        () => store.leases.nextReadyAt(),
        store.changes,
        { waitMs, signal, now: store.now },
      )
      const asked = await Promise.allSettled(leases.map((lease) => toJob(lease, 'known')))
      const failed = asked.filter((answer) => answer.status === 'rejected')
      // The leases hold nevertheless: the runner's renewals find leases that it does not know.
      for (const { reason } of failed) log('warn', 'could not read a leased job', reason)
      return asked.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value ?? []) : []))
    },

    async reclaim(runner) {
      // All or nothing, because the sandbox of a missing lease would be destroyed.
      const jobs = await Promise.all((await store.leases.of(runner)).map((lease) => toJob(lease, 'load')))
      return jobs.flatMap((job) => job ?? [])
    },

    async renew(runner) {
      const now = store.now()
      const [leases] = await Promise.all([store.leases.renew(runner, now), store.runners.seen(runner, reach, now)])
      return leases.map(toStatus)
    },

    onDirective(listener) {
      return store.changes.onStop(({ job: jobId, fence, reason: stop }) => listener({ jobId, fence, stop }))
    },

    async started(lease, date) {
      const { jobId: job, fence } = lease
      const at = date.getTime()
      const isHeldNow = await report(lease, [{ type: 'started', job, fence, at }], ({ state }) => isHeld(state))
      return isHeldNow ? new Date(at + leaseMs) : null
    },

    substituted(lease, at, image) {
      const { jobId: job, fence } = lease
      const event = { type: 'substituted', job, fence, at: at.getTime(), image } as const
      return report(lease, [event], ({ state }) => isHeld(state))
    },

    commandEnded(lease, at) {
      const { jobId: job, fence } = lease
      const event = { type: 'command_ended', job, fence, at: at.getTime() } as const
      return report(lease, [event], ({ state }) => isHeld(state))
    },

    lookedUp(lease, at, lookUp) {
      return store.leases.noteLookUp(lease, at.getTime(), lookUp)
    },

    append(lease, chunks, spoolPosition) {
      return store.logs.append(lease, chunks, spoolPosition)
    },

    services(lease, at, services) {
      const { jobId: job, fence } = lease
      const event = { type: 'services', job, fence, at: at.getTime(), services } as const
      return report(lease, [event], ({ state }) => isHeld(state))
    },

    openServiceLog(lease, service, isNew) {
      return store.logs.openService({ ...lease, service }, isNew)
    },

    finish(lease, date, outcome, output) {
      const { jobId: job, fence } = lease
      const at = date.getTime()
      const ended: BuildEvent = { type: 'ended', job, fence, at, outcome }
      const hasEnded = outcome.kind === 'exited' && !isVanished(outcome)
      const events: BuildEvent[] = hasEnded ? [{ type: 'job_deadline', job, at }, ended] : [ended]
      return report(lease, events, ({ state }) => isTerminal(state), { jobId: job, output })
    },

    async lackingParts(lease, wanted) {
      if (!(await isHolding(lease))) return null
      return parts === undefined ? noRoom : parts.lacking(lease, wanted)
    },

    async putPart(lease, digest, bytes) {
      if (!(await isHolding(lease))) return false
      if (parts === undefined) throw new Error('expected no part of an artifact: none can be kept')
      await parts.put(lease, digest, bytes)
      return true
    },

    async fetchSecrets({ buildId, jobId, fence }, names) {
      const { build, context } = await loadBuild(buildId)
      if (!holds(build, { jobId, fence })) throw new Error(`the lease of job ${jobId} is lost`)
      return secretsOfBuild(secrets, context, buildId, names)
    },

    async dealFiles(lease, { files: pattern, total }, files) {
      if (!(await isHolding(lease))) return null
      return store.splits.deal(lease.buildId, { files: pattern, total }, files)
    },

    async rendered(lease, at, result) {
      const { event, warnings } = await renderEvent(lease, at, result)
      const deadline: BuildEvent = { type: 'job_deadline', job: lease.jobId, at: at.getTime() }
      const taken = await report(lease, [deadline, event], ({ state }) => isTerminal(state))
      if (taken && warnings.length > 0) await store.logs.remark(lease.jobId, warnings.join('\n'), at.getTime())
      return taken
    },

    async fetchSource(buildId) {
      const known = sources.get(buildId)
      const source = known === undefined ? (await loadBuild(buildId)).context.source : known
      return source && offer(buildId, source)
    },

    probes: store.probes && probePort(store.probes),
  }

  function probePort(probes: ProbeStore): ProbePort {
    return {
      async take(runner) {
        const lease = await probes.take(runner, store.now(), reach)
        const run = lease && nextRun(lease.proof)
        if (lease === null || run === null) return null
        try {
          return { lease, work: await forkWork({ store, secrets }, { ...lease, run }) }
        } catch (error) {
          log('error', `could not give a run of the probe of job ${lease.jobId} to a runner`, error)
          await probes.end(lease, store.now(), { kind: 'impossible' })
          return null
        }
      },
      end: (fork, end) => probes.end(fork, store.now(), end),
      async fetchSecrets({ buildId }, names) {
        return secretsOfBuild(secrets, (await loadBuild(buildId)).context, buildId, names)
      },
      dealFiles: ({ buildId }, { files: pattern, total }, files) =>
        store.splits.deal(buildId, { files: pattern, total }, files),
      release: (runner) => probes.release(runner, store.now()),
    }
  }

  async function renderEvent(
    { buildId, jobId: job, fence }: LeaseRef,
    date: Date,
    result: RenderResult,
  ): Promise<{ readonly event: BuildEvent; readonly warnings: readonly string[] }> {
    const at = date.getTime()
    const failed = ({ code, message }: { readonly code: string; readonly message: string }) => ({
      event: { type: 'render_failed', job, fence, at, code, message } as const,
      warnings: [],
    })
    if (!result.ok) return failed(result)
    const parsed = await parse(result.ir)
    if (!parsed.ok) return failed(parsed.error)
    const { plan } = parsed
    const { build, context } = await loadBuild(buildId)
    const { conditionContext, injectedEnv, planOnly, claimant = null } = context
    const pullRequest = injectedEnv.HARMONT_PULL_REQUEST ?? null
    const { conditions, group } = planOnly
      ? { conditions: plan.steps.map(() => false), group: undefined }
      : planBuild(plan, {
          conditions: conditionContext,
          group: { pipeline: build.pipeline, pullRequest, claimant },
        })
    return { event: { type: 'rendered', job, fence, at, plan, conditions, group }, warnings: plan.warnings }
  }
}

function holds(build: Build, { jobId, fence }: Pick<LeaseRef, 'jobId' | 'fence'>): boolean {
  const job = jobOf(build, jobId)
  return job.fence === fence && isHeld(job.state)
}

function toStatus({ jobId, buildId, fence, expiresAt, stop }: Lease): LeaseStatus {
  return { jobId, buildId, fence, expiresAt: new Date(expiresAt), stop }
}
