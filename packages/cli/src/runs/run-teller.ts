import { isTerminal, type Job } from '@harmont/engine'
import type { PlannedStep } from '@harmont/ir'
import type { RunEvent, StepState } from '../events/run-event.ts'
import { unheld } from '../project/plan-run.ts'
import { chainsOf } from './chains.ts'

/** Makes the events of a run from what changes in its jobs. Nothing here has a clock. */
export class RunTeller {
  readonly #steps: readonly PlannedStep[]
  /** By step: the id of its first attempt, which stands for the step. */
  readonly #ids: readonly string[]
  readonly #chains: readonly number[]
  /** By step, what it was last said to wait for. */
  readonly #waits = new Map<number, string>()
  readonly #started = new Set<string>()
  readonly #substituted = new Set<string>()
  readonly #failedChains = new Set<number>()

  constructor(steps: readonly PlannedStep[], jobs: readonly Job[]) {
    this.#steps = steps
    this.#ids = jobs.map(({ id }) => id)
    this.#chains = chainsOf(steps)
  }

  stepId(slot: number): string {
    return this.#ids[slot] ?? ''
  }

  /** Every step, before anything else is said of any. */
  queued(): RunEvent[] {
    return this.#steps.map((step, slot) => ({
      kind: 'step_queued',
      step_id: this.stepId(slot),
      key: step.key,
      chain_idx: this.#chains[slot] ?? 0,
      parent_key: step.buildsIn === null ? null : this.#keyOf(step.buildsIn),
      display_name: step.name,
      depends_on: step.dependsOn.map((from) => this.#keyOf(from)),
      command: step.command,
    }))
  }

  /**
   * What the changes of these jobs mean. A job that has failed and whose next attempt is among them is a retry.
   * @param tagOf which run made what a cached job has.
   * @param currentOf the newest attempt of a step.
   */
  changed(jobs: readonly Job[], tagOf: (job: Job) => string, currentOf: (slot: number) => Job | undefined): RunEvent[] {
    const retried = new Set(jobs.map(({ previousAttempt }) => previousAttempt))
    const ordered = [...jobs].sort((a, b) => (a.step ?? 0) - (b.step ?? 0) || a.attempt - b.attempt)
    return ordered.flatMap((job) => {
      if (job.step === null) return []
      if (retried.has(job.id)) return [this.#retry(job, job.step)]
      return this.#changed(job, job.step, tagOf, currentOf)
    })
  }

  /** A job waits no longer for a slot, but for what its step starts from. */
  leased({ step }: Job): RunEvent[] {
    return step === null ? [] : this.#wait(step, 'preparation')
  }

  #changed(
    job: Job,
    slot: number,
    tagOf: (job: Job) => string,
    currentOf: (slot: number) => Job | undefined,
  ): RunEvent[] {
    const step_id = this.stepId(slot)
    const { state } = job
    if (state === 'pending') return this.#wait(slot, 'dependencies')
    if (state === 'scheduled') return this.#wait(slot, job.notBefore === null ? 'runner' : 'retry_delay')
    if (state === 'skipped') return [{ kind: 'step_skipped', step_id, reason: this.#whySkipped(job, slot, currentOf) }]
    const events: RunEvent[] = []
    const { substitutedImage } = job
    if (substitutedImage !== null && !this.#substituted.has(job.id)) {
      this.#substituted.add(job.id)
      events.push({ kind: 'step_substituted', step_id, image: substitutedImage })
    }
    if (job.startedAt !== null && !job.cached && !this.#started.has(job.id)) {
      this.#started.add(job.id)
      const image = this.#steps[slot]?.image ?? null
      const { attempt, startedAt: started_at } = job
      events.push({ kind: 'step_start', step_id, runner: 'default', image, attempt, started_at })
    }
    if (!isTerminal(state)) return events
    if (job.cached) events.push({ kind: 'step_cache_hit', step_id, key: this.#keyOf(slot), tag: tagOf(job) })
    events.push(endEvent(job, step_id))
    if ((state === 'failed' || state === 'timed_out') && !job.softFailed) events.push(...this.#chainFailed(job, slot))
    return events
  }

  #wait(slot: number, reason: string): RunEvent[] {
    if (this.#waits.get(slot) === reason) return []
    this.#waits.set(slot, reason)
    return [{ kind: 'step_waiting', step_id: this.stepId(slot), reason }]
  }

  #retry(job: Job, slot: number): RunEvent {
    const { attempt, exitCode: exit_code, errorCode: reason } = job
    const of = 1 + (this.#steps[slot]?.retry?.limit ?? 0)
    return { kind: 'step_retry', step_id: this.stepId(slot), attempt, of, exit_code, reason }
  }

  #chainFailed(job: Job, slot: number): RunEvent[] {
    const chain_idx = this.#chains[slot] ?? 0
    if (this.#failedChains.has(chain_idx)) return []
    this.#failedChains.add(chain_idx)
    const failed_step_key = this.#keyOf(slot)
    const message = job.errorMessage ?? `${failed_step_key} ended with exit code ${job.exitCode ?? '?'}`
    return [
      {
        kind: 'chain_failed',
        chain_idx,
        failed_step_id: this.stepId(slot),
        failed_step_key,
        exit_code: job.exitCode,
        message,
        ts: job.finishedAt ?? 0,
      },
    ]
  }

  #whySkipped(job: Job, slot: number, currentOf: (slot: number) => Job | undefined): string {
    if (job.skipReason === 'condition') return unheld(this.#steps[slot]?.condition ?? null)
    if (job.errorMessage !== null) return job.errorMessage
    const step = this.#steps[slot]
    const needs = step === undefined ? [] : [...step.dependsOn, ...(step.buildsIn === null ? [] : [step.buildsIn])]
    const bad = needs.flatMap((from) => {
      const state = currentOf(from)?.state
      return state === undefined || state === 'passed' || !isTerminal(state)
        ? []
        : `${this.#keyOf(from)} ${words[state]}`
    })
    return bad.length === 0 ? 'a required step did not pass' : bad.join(', ')
  }

  #keyOf(slot: number): string {
    return this.#steps[slot]?.key ?? ''
  }
}

const words: Readonly<Partial<Record<Job['state'], string>>> = {
  failed: 'failed',
  timed_out: 'timed out',
  canceled: 'was canceled',
  skipped: 'was skipped',
}

function endEvent(job: Job, step_id: string): RunEvent {
  const { exitCode: exit_code, snapshot, errorCode: error_code, errorMessage: message, startedAt, finishedAt } = job
  const duration_ms = startedAt === null || finishedAt === null ? 0 : finishedAt - startedAt
  return {
    kind: 'step_end',
    step_id,
    exit_code,
    duration_ms,
    snapshot,
    state: job.state as StepState,
    soft_failed: job.softFailed,
    error_code,
    message,
  }
}
