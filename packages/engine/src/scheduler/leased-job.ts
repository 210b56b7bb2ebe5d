import { underCeiling } from '../core/egress-ceiling.ts'
import type { Build, Job, Step } from '../core/model.ts'
import { secretNamesOf } from '../layers/taint.ts'
import type { InputSource, LeasedJob, StepWork } from '../port.ts'
import type { BuildContext, Lease } from '../store.ts'
import { commandSpanId, traceparent } from '../trace.ts'

/** Facts that depend on a build's steps alone, computed once. */
interface Places {
  /**
   * Slots of jobs at the last lookup. They may be outdated, because a retry puts another job into a
   * slot.
   */
  readonly slots: Map<string, number>
  /** Slots of steps in which others build. */
  readonly parents: ReadonlySet<number>
  /** Slots of generators. */
  readonly generators: readonly number[]
  /** Slots of steps from which others take files. */
  readonly inputs: ReadonlySet<number>
  readonly secretNames: readonly string[]
  /** Names of services whose files other steps start from, by slot. */
  readonly keptServices: ReadonlyMap<number, ReadonlySet<string>>
}

const places = new WeakMap<readonly Step[], Places>()

/** Returns a leased job in the form that the runner gets. Throws if the build has no such job. */
export function leasedJob(
  lease: Lease,
  build: Build,
  context: BuildContext,
  logBytes: number,
  job = jobOf(build, lease.jobId),
): LeasedJob {
  const { jobId, buildId, fence, leaseId, lastSeq, spoolPosition, started, stop } = lease
  const work = workOf(build, job, context)
  const own = ownVariables(job, work.kind === 'step' ? work.step : null)
  const trace = context.trace && traceparent(context.trace, commandSpanId(jobId, fence))
  return {
    jobId,
    buildId,
    fence,
    leaseId,
    queue: build.queue,
    attempt: job.attempt,
    work,
    buildEnv: context.env,
    injectedEnv: { ...context.injectedEnv, ...own, ...(trace !== undefined && { TRACEPARENT: trace }) },
    cache: context.cache,
    secretNames: placesOf(build).secretNames,
    sourceKind: context.source?.kind ?? null,
    origin: context.origin,
    lastSeq,
    spoolPosition,
    logBytes,
    started,
    stop,
    expiresAt: new Date(lease.expiresAt),
    deadlineAt: lease.deadlineAt === null ? null : new Date(lease.deadlineAt),
    services: job.services,
    ...(trace !== undefined && { traceparent: trace }),
  }
}

/** Returns the variables that identify a job to its own command. */
export function ownVariables({ id, attempt }: Job, step: Step | null): Readonly<Record<string, string>> {
  const own = { HARMONT_JOB_ID: id, HARMONT_ATTEMPT: String(attempt) }
  return step === null ? own : { ...own, HARMONT_STEP_KEY: step.key }
}

function workOf(build: Build, job: Job, { renderSlug, egressCeiling }: BuildContext): LeasedJob['work'] {
  if (job.step === null) {
    if (renderSlug === null) throw new Error(`build ${build.id} needs rendering, but its context names no pipeline`)
    return { kind: 'render', slug: renderSlug }
  }
  const step = build.steps[job.step]
  if (step === undefined) throw new Error(`build ${build.id} has no step ${job.step}`)
  const parentSnapshot = step.buildsIn === null ? null : (build.jobs[step.buildsIn]?.snapshot ?? null)
  const { parents, inputs, keptServices } = placesOf(build)
  return {
    kind: 'step',
    step: underCeiling(step, egressCeiling ?? null),
    parentSnapshot,
    childrenBuildIn: parents.has(job.step) || mayGrow(build),
    inputSources: (step.inputs ?? []).map(({ from }) => inputSource(build, from)),
    isInput: inputs.has(job.step),
    serviceSnapshots: originsOf(build, step),
    keptServices: [...(keptServices.get(job.step) ?? [])],
  }
}

/**
 * Returns whether further steps, which may build in any step, can be appended. A generator that has
 * passed appends no more.
 */
function mayGrow(build: Build): boolean {
  return placesOf(build).generators.some((slot) => build.jobs[slot]?.state !== 'passed')
}

function inputSource({ id, steps, jobs }: Build, from: number): InputSource {
  const [step, job] = [steps[from], jobs[from]]
  if (step === undefined || job === undefined) throw new Error(`build ${id} has no step ${from}`)
  return { key: step.key, state: job.state, snapshot: job.snapshot }
}

/** Returns the snapshots that a step's services start from. */
function originsOf({ jobs }: Build, { services = [] }: Step): StepWork['serviceSnapshots'] {
  return Object.fromEntries(
    services.flatMap(({ name, from }) => (from === null ? [] : [[name, jobs[from]?.serviceSnapshots[name] ?? null]])),
  )
}

/** Returns the job with this id. Throws if the build has no such job. */
export function jobOf(build: Build, jobId: string): Job {
  const job = findJob(build, jobId)
  if (job === undefined) throw new Error(`build ${build.id} has no job ${jobId}`)
  return job
}

/** Returns the job with this id without searching all jobs, or undefined if there is none. */
export function findJob(build: Build, jobId: string): Job | undefined {
  if (build.render?.id === jobId) return build.render
  const { slots } = placesOf(build)
  const known = build.jobs[slots.get(jobId) ?? -1]
  if (known?.id === jobId) return known
  build.jobs.forEach(({ id }, slot) => {
    slots.set(id, slot)
  })
  const job = build.jobs[slots.get(jobId) ?? -1]
  return job?.id === jobId ? job : undefined
}

function keptServicesOf(steps: readonly Step[]): Places['keptServices'] {
  const kept = new Map<number, Set<string>>()
  for (const { services = [] } of steps)
    for (const { name, from } of services) if (from !== null) kept.set(from, (kept.get(from) ?? new Set()).add(name))
  return kept
}

function placesOf({ steps, jobs }: Build): Places {
  const known = places.get(steps)
  if (known) return known
  const made: Places = {
    slots: new Map(jobs.map(({ id }, slot) => [id, slot])),
    parents: new Set(steps.flatMap(({ buildsIn }) => buildsIn ?? [])),
    generators: steps.flatMap(({ append }, slot) => (append === undefined ? [] : slot)),
    inputs: new Set(steps.flatMap(({ inputs = [] }) => inputs.map(({ from }) => from))),
    secretNames: secretNamesOf({ steps }),
    keptServices: keptServicesOf(steps),
  }
  places.set(steps, made)
  return made
}
