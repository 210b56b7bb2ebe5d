import { type ExitCode, exits, HmError } from '../errors.ts'
import type { AttemptTimes, Instant, RunEvent, StepState } from './run-event.ts'
import type { BuildFacts } from './step-facts.ts'

/** A job of the local engine or of a server, in the shape from which events are made. */
export interface MappedJob {
  readonly id: string
  /** The key of its step, shared by all attempts. */
  readonly key: string
  readonly name: string
  readonly command: string | null
  /** Ids of its prerequisite jobs, its parent's included. */
  readonly dependsOn: readonly string[]
  /** The id of the job that appended it; null for a job of the pipeline itself. */
  readonly appendedBy: string | null
  /** Ids of the jobs whose appended steps it also waits for. */
  readonly afterAppended: readonly string[]
  readonly attempt: number
  readonly state: string
  /** A `wait_reason` of the API. */
  readonly waitReason: string | null
  readonly skipReason: string | null
  readonly scheduledAt: Instant | null
  readonly assignedAt: Instant | null
  readonly startedAt: Instant | null
  readonly finishedAt: Instant | null
  readonly exitCode: number | null
  readonly errorCode: string | null
  readonly errorMessage: string | null
  readonly softFailed: boolean
  readonly cached: boolean
  /** The user-visible name of the run that made a cached job's result. */
  readonly cachedFrom: string
  readonly substitutedImage: string | null
  readonly snapshot: string | null
  /** The snapshots of its services for those of later steps, by service name. */
  readonly serviceSnapshots: Readonly<Record<string, string>>
  readonly services: readonly MappedService[]
  /** The phases of its newest lease. */
  readonly phases: AttemptTimes['phases']
}

type ServiceEvent = Extract<RunEvent, { readonly kind: 'service' }>
export type MappedService = Omit<ServiceEvent, 'kind' | 'step_id'>

interface Step {
  /** The id of its first job, which identifies all attempts. */
  readonly id: string
  readonly key: string
  readonly chain: number
  newest: MappedJob
  waits: string | null
  startedAttempt: string | null
  substitutedAttempt: string | null
  /** The services of its newest attempt, as last reported. */
  services: readonly MappedService[]
}

const ended: readonly string[] = ['passed', 'failed', 'skipped', 'canceled', 'timed_out'] satisfies StepState[]

export function isJobEnded({ state }: { readonly state: string }): boolean {
  return ended.includes(state)
}

/** Maps changes of jobs to run events. Reads no clock. */
export class EventMapper {
  #facts: BuildFacts
  readonly #steps = new Map<string, Step>()
  readonly #keys = new Map<string, string>()
  readonly #failedChains = new Set<number>()
  #unknownChains = 0

  constructor(facts: BuildFacts) {
    this.#facts = facts
  }

  /** Replaces the facts of a build after steps were appended. */
  grown(facts: BuildFacts): void {
    this.#facts = facts
  }

  /**
   * Returns the events of jobs with a new step. The newest attempt represents its step from here
   * on.
   */
  queued(jobs: readonly MappedJob[]): RunEvent[] {
    for (const { id, key } of jobs) this.#keys.set(id, key)
    const fresh = jobs.filter(({ key, appendedBy }) => appendedBy !== null && !this.#steps.has(key))
    const appended = Map.groupBy(fresh, ({ appendedBy }) => appendedBy ?? '')
    return jobs.flatMap((job): RunEvent[] => {
      const { id, key, name, command, dependsOn } = job
      const known = this.#steps.get(key)
      if (known !== undefined) {
        if (job.attempt >= known.newest.attempt) known.newest = job
        return []
      }
      const { chain = this.#unknownChain(), parentKey = null } = this.#facts.of(key) ?? {}
      const untold = { waits: null, startedAttempt: null, substitutedAttempt: null, services: [] }
      this.#steps.set(key, { id, key, chain, newest: job, ...untold })
      const depends_on = dependsOn.flatMap((other) => this.#keys.get(other) ?? []).filter((each) => each !== parentKey)
      const step = { step_id: id, key, chain_idx: chain, parent_key: parentKey, display_name: name, depends_on }
      const appended_by = this.#keys.get(job.appendedBy ?? '')
      const after_appended = job.afterAppended.flatMap((other) => this.#keys.get(other) ?? [])
      const queued = {
        ...step,
        ...(command ? { command } : {}),
        ...(appended_by && { appended_by }),
        ...(after_appended.length > 0 && { after_appended }),
      }
      return [...this.#announced(job, appended), { kind: 'step_queued', ...queued }]
    })
  }

  /** Returns the event of a generator's appended steps, before the first of them. */
  #announced({ appendedBy }: MappedJob, appended: Map<string, readonly MappedJob[]>): RunEvent[] {
    const step_id = this.stepOfJob(appendedBy ?? '')
    const jobs = appended.get(appendedBy ?? '')
    if (step_id === undefined || jobs === undefined) return []
    appended.delete(appendedBy ?? '')
    return [{ kind: 'appended', step_id, keys: jobs.map(({ key }) => key) }]
  }

  /** Numbers an unknown step after the known ones. */
  #unknownChain(): number {
    return this.#facts.roots + this.#unknownChains++
  }

  /** Whether the step of a job was queued. */
  knows({ key }: Pick<MappedJob, 'key'>): boolean {
    return this.#steps.has(key)
  }

  stepId({ key }: Pick<MappedJob, 'key'>): string {
    return this.#stepOf(key).id
  }

  /** Returns the id of a job's step; undefined before the job was queued. */
  stepOfJob(jobId: string): string | undefined {
    return this.#steps.get(this.#keys.get(jobId) ?? '')?.id
  }

  /** Returns the events of a job's new state. Its end is separate, because it follows the log. */
  changed(job: MappedJob): RunEvent[] {
    const step = this.#stepOf(job.key)
    if (job.attempt < step.newest.attempt) return []
    step.newest = job
    if (job.state === 'pending') return wait(step, job.waitReason ?? 'dependencies')
    if (job.state === 'scheduled') return wait(step, job.waitReason ?? 'runner')
    const preparing = job.state === 'assigned' ? wait(step, 'preparation') : []
    return [...preparing, ...substituted(step, job), ...services(step, job), ...this.#started(step, job)]
  }

  #started(step: Step, { id, attempt, startedAt, cached }: MappedJob): RunEvent[] {
    if (startedAt === null || cached || step.startedAttempt === id) return []
    step.startedAttempt = id
    const image = this.#facts.of(step.key)?.image ?? null
    return [{ kind: 'step_start', step_id: step.id, runner: 'default', image, attempt, started_at: startedAt }]
  }

  /** Returns the events of a job's end; a retry if its step already has another attempt. */
  ended(job: MappedJob): RunEvent[] {
    const step = this.#stepOf(job.key)
    const { id: step_id, key } = step
    const { attempt, exitCode: exit_code, errorCode: error_code, errorMessage: message, startedAt, finishedAt } = job
    if (step.newest.id !== job.id) {
      const of = Math.max(this.#facts.of(key)?.attempts ?? 0, attempt + 1)
      return [{ kind: 'step_retry', step_id, attempt, of, exit_code, reason: error_code, ...timesOf(job) }]
    }
    if (job.state === 'skipped') return [{ kind: 'step_skipped', step_id, reason: this.#whySkipped(job) }]
    const state = job.state as StepState
    const duration_ms = startedAt === null || finishedAt === null ? 0 : finishedAt - startedAt
    const { softFailed: soft_failed, snapshot, serviceSnapshots: service_snapshots } = job
    const left = { snapshot, ...(Object.keys(service_snapshots).length > 0 && { service_snapshots }) }
    const isFailure = (state === 'failed' || state === 'timed_out') && !soft_failed
    return [
      ...(job.cached ? [{ kind: 'step_cache_hit', step_id, key, tag: job.cachedFrom } as const] : []),
      {
        kind: 'step_end',
        step_id,
        exit_code,
        duration_ms,
        ...left,
        state,
        soft_failed,
        error_code,
        message,
        ...timesOf(job),
      },
      ...(isFailure ? this.#chainFailed(step, job) : []),
    ]
  }

  #chainFailed({ id, key, chain }: Step, job: MappedJob): RunEvent[] {
    if (this.#failedChains.has(chain)) return []
    this.#failedChains.add(chain)
    const { exitCode: exit_code, finishedAt } = job
    const message = job.errorMessage ?? `${key} ended with exit code ${exit_code ?? '?'}`
    const failed = { failed_step_id: id, failed_step_key: key, exit_code, message }
    return [{ kind: 'chain_failed', chain_idx: chain, ...failed, ts: finishedAt ?? 0 }]
  }

  #whySkipped({ errorMessage, skipReason, dependsOn }: MappedJob): string {
    if (errorMessage) return errorMessage
    if (skipReason === 'condition') return 'its condition does not hold'
    if (skipReason && skipReason !== 'prerequisite') return skipReason
    const bad = dependsOn.flatMap((id) => {
      const step = this.#steps.get(this.#keys.get(id) ?? '')
      if (step === undefined || step.newest.state === 'passed' || !isJobEnded(step.newest)) return []
      return `${step.key} ${endings[step.newest.state] ?? step.newest.state}`
    })
    return bad.length === 0 ? 'a required step did not pass' : bad.join(', ')
  }

  #stepOf(key: string): Step {
    const step = this.#steps.get(key)
    if (step === undefined) throw new Error(`step ${key} has an event before it was queued`)
    return step
  }
}

/**
 * Returns the member with the times of a job's waiting and running; nothing for a job that no
 * machine ran.
 */
function timesOf(job: MappedJob): { readonly times?: AttemptTimes } {
  const { scheduledAt: ready_at, assignedAt: assigned_at, startedAt: started_at, finishedAt, phases } = job
  if (finishedAt === null || (assigned_at === null && started_at === null)) return {}
  return { times: { ready_at, assigned_at, started_at, finished_at: finishedAt, phases } }
}

const endings: Readonly<Record<string, string>> = {
  timed_out: 'timed out',
  canceled: 'was canceled',
  skipped: 'was skipped',
}

function substituted(step: Step, { id, substitutedImage: image }: MappedJob): RunEvent[] {
  if (!image || step.substitutedAttempt === id) return []
  step.substitutedAttempt = id
  return [{ kind: 'step_substituted', step_id: step.id, image }]
}

/** Returns an event for each service with a new state. */
function services(step: Step, job: MappedJob): RunEvent[] {
  const told = new Set(step.services.map(stateOf))
  step.services = job.services
  return job.services.flatMap((service) =>
    told.has(stateOf(service)) ? [] : [{ kind: 'service', step_id: step.id, ...service }],
  )
}

function stateOf({ service_id, state, ready_ms, exit_code }: MappedService): string {
  return `${service_id} ${state} ${ready_ms} ${exit_code}`
}

function wait(step: Step, reason: string): RunEvent[] {
  if (step.waits === reason) return []
  step.waits = reason
  return [{ kind: 'step_waiting', step_id: step.id, reason }]
}

export function startEvent(run_id: string, { steps, roots }: BuildFacts, started_at: Instant): RunEvent {
  const plan = { step_count: steps, chain_count: roots, default_runner: 'default' }
  return { kind: 'build_start', run_id, plan, started_at }
}

interface EndedBuild {
  readonly state: string
  readonly errorCode: string | null
  readonly errorMessage: string | null
  readonly durationMs: number
}

/** Returns the final event of a run. `canceledBy` is the reason if this process canceled it. */
export function endEvent({ state, errorCode, errorMessage, durationMs }: EndedBuild, canceledBy: unknown) {
  if (state !== 'passed' && state !== 'failed' && state !== 'canceled')
    throw new Error(`a build in state ${state} has not ended`)
  const exit_code = exitOf(state, errorCode, canceledBy)
  const end = { duration_ms: durationMs, state, error_code: errorCode, message: errorMessage } as const
  return { kind: 'build_end', exit_code, ...end } as const
}

function exitOf(state: 'passed' | 'failed' | 'canceled', errorCode: string | null, canceledBy: unknown): ExitCode {
  if (state === 'passed') return exits.ok
  if (state === 'canceled') return canceledBy instanceof HmError ? canceledBy.exit : exits.canceled
  return errorCode === 'pipeline_timeout' ? exits.timeout : exits.buildFailed
}
