import type { Job } from '@harmont/cloud'
import type { RunEvent, StepState } from '../events/run-event.ts'

/** What is known of a step besides its jobs. */
export interface StepFacts {
  readonly parentKey: string | null
  readonly image: string | null
  /** Attempts in all that its retry policy allows. */
  readonly attempts: number
}

interface Step {
  /** The id of its first job, which stands for all attempts. */
  readonly id: string
  readonly key: string
  readonly chain: number
  newest: Job
  waits: string | null
  startedAttempt: string | null
  substitutedAttempt: string | null
}

const ended: readonly string[] = ['passed', 'failed', 'skipped', 'canceled', 'timed_out'] satisfies StepState[]

export function isJobEnded({ state }: Job): boolean {
  return ended.includes(state)
}

/** Makes the events of a run from the jobs of a server as they change. Nothing here has a clock. */
export class JobTeller {
  readonly #factsOf: (key: string) => StepFacts | undefined
  readonly #steps = new Map<string, Step>()
  readonly #keys = new Map<string, string>()
  readonly #failedChains = new Set<number>()
  #chains = 0

  constructor(factsOf: (key: string) => StepFacts | undefined) {
    this.#factsOf = factsOf
  }

  /** Those that were not known yet, parents before what builds in them. */
  queued(jobs: readonly Job[]): RunEvent[] {
    for (const job of jobs) this.#keys.set(job.id, keyOf(job))
    const fresh = new Map(jobs.flatMap((job) => (this.#steps.has(keyOf(job)) ? [] : [[keyOf(job), job] as const])))
    const events: RunEvent[] = []
    const visit = (key: string) => {
      const job = fresh.get(key)
      if (job === undefined || !fresh.delete(key)) return
      const parent_key = this.#factsOf(key)?.parentKey ?? null
      if (parent_key !== null) visit(parent_key)
      const chain_idx = (parent_key === null ? undefined : this.#steps.get(parent_key)?.chain) ?? this.#chains++
      const untold = { waits: null, startedAttempt: null, substitutedAttempt: null }
      this.#steps.set(key, { id: job.id, key, chain: chain_idx, newest: job, ...untold })
      const depends_on = job.depends_on.flatMap((id) => this.#keys.get(id) ?? []).filter((each) => each !== parent_key)
      events.push({
        kind: 'step_queued',
        step_id: job.id,
        key,
        chain_idx,
        parent_key,
        display_name: job.name ?? key,
        depends_on,
        ...(job.command ? { command: job.command } : {}),
      })
    }
    for (const key of [...fresh.keys()]) visit(key)
    return events
  }

  stepId(job: Job): string {
    return this.#stepOf(job).id
  }

  /** The job that counts for the job's step now. */
  newest(job: Job): Job {
    return this.#stepOf(job).newest
  }

  /** What the job's new state means, all but its end, which comes after its log. */
  changed(job: Job): RunEvent[] {
    const step = this.#stepOf(job)
    if ((job.attempt ?? 1) < (step.newest.attempt ?? 1)) return []
    step.newest = job
    if (job.state === 'pending') return wait(step, job.wait_reason ?? 'dependencies')
    if (job.state === 'scheduled') return wait(step, job.wait_reason ?? 'runner')
    const preparing = job.state === 'assigned' ? wait(step, 'preparation') : []
    return [...preparing, ...substituted(step, job), ...this.#started(step, job)]
  }

  #started(step: Step, job: Job): RunEvent[] {
    const { started_at } = job
    if (started_at === null || started_at === undefined || job.cached === true || step.startedAttempt === job.id)
      return []
    step.startedAttempt = job.id
    const image = this.#factsOf(step.key)?.image ?? null
    const attempt = job.attempt ?? 1
    return [
      { kind: 'step_start', step_id: step.id, runner: 'default', image, attempt, started_at: Date.parse(started_at) },
    ]
  }

  /** How the job ended; a retry where its step has another attempt by now. */
  ended(job: Job): RunEvent[] {
    const step = this.#stepOf(job)
    const { id: step_id, key } = step
    const exit_code = job.exit_code ?? null
    const error_code = job.error_code ?? null
    if (step.newest.id !== job.id) {
      const attempt = job.attempt ?? 1
      const of = Math.max(this.#factsOf(key)?.attempts ?? 0, attempt + 1)
      return [{ kind: 'step_retry', step_id, attempt, of, exit_code, reason: error_code }]
    }
    if (job.state === 'skipped') return [{ kind: 'step_skipped', step_id, reason: this.#whySkipped(job) }]
    const duration_ms = job.started_at && job.finished_at ? Date.parse(job.finished_at) - Date.parse(job.started_at) : 0
    const message = job.error_message ?? null
    const { soft_failed } = job
    const state = job.state as StepState
    const end: RunEvent = {
      kind: 'step_end',
      step_id,
      exit_code,
      duration_ms,
      snapshot: null,
      state,
      soft_failed,
      error_code,
      message,
    }
    const hit: RunEvent[] =
      job.cached === true ? [{ kind: 'step_cache_hit', step_id, key, tag: 'an earlier build' }] : []
    const isFailure = (state === 'failed' || state === 'timed_out') && !soft_failed
    return [...hit, end, ...(isFailure ? this.#chainFailed(step, job) : [])]
  }

  #chainFailed({ id, key, chain }: Step, job: Job): RunEvent[] {
    if (this.#failedChains.has(chain)) return []
    this.#failedChains.add(chain)
    const exit_code = job.exit_code ?? null
    const message = job.error_message ?? `${key} ended with exit code ${exit_code ?? '?'}`
    const ts = job.finished_at ? Date.parse(job.finished_at) : 0
    return [
      { kind: 'chain_failed', chain_idx: chain, failed_step_id: id, failed_step_key: key, exit_code, message, ts },
    ]
  }

  #whySkipped({ error_message, skip_reason, depends_on }: Job): string {
    if (error_message) return error_message
    if (skip_reason === 'condition') return 'its condition does not hold'
    if (skip_reason && skip_reason !== 'prerequisite') return skip_reason
    const bad = depends_on.flatMap((id) => {
      const step = this.#steps.get(this.#keys.get(id) ?? '')
      return step === undefined || step.newest.state === 'passed' || !isJobEnded(step.newest)
        ? []
        : `${step.key} ${words[step.newest.state] ?? step.newest.state}`
    })
    return bad.length === 0 ? 'a required step did not pass' : bad.join(', ')
  }

  #stepOf(job: Job): Step {
    const step = this.#steps.get(keyOf(job))
    if (step === undefined) throw new Error(`an event of job ${job.id} came before it was queued`)
    return step
  }
}

const words: Readonly<Record<string, string>> = {
  timed_out: 'timed out',
  canceled: 'was canceled',
  skipped: 'was skipped',
}

function keyOf({ step_key, name, id }: Job): string {
  return step_key ?? name ?? id
}

function substituted(step: Step, { id, substituted_image: image }: Job): RunEvent[] {
  if (!image || step.substitutedAttempt === id) return []
  step.substitutedAttempt = id
  return [{ kind: 'step_substituted', step_id: step.id, image }]
}

function wait(step: Step, reason: string): RunEvent[] {
  if (step.waits === reason) return []
  step.waits = reason
  return [{ kind: 'step_waiting', step_id: step.id, reason }]
}
