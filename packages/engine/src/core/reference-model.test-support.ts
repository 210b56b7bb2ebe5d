/**
 * A second implementation of the table in `engine.md` 1: slow, obvious, and without code of the
 * first. After every event it visits every step until nothing changes.
 */
import type { AppendedPlan, Plan, PlannedStep } from '@harmont/ir'

export interface ModelJob {
  state: string
  attempt: number
  fence: number
  lost: number
  notBefore: number
  deadline: number
  killBy: number
  error: string | null
  reason: string | null
  soft: boolean
}

export type ModelEvent =
  | { type: 'leased' | 'started' | 'lease_lost'; step: number; fence: number; at: number }
  | {
      type: 'exit'
      step: number
      fence: number
      at: number
      code: number | null
      signal: string | null
      oom: boolean
      appends?: ModelAppend
    }
  | { type: 'cached'; step: number; fence: number; at: number; appends?: ModelAppend }
  | { type: 'refused' | 'condemned'; step: number; fence: number; at: number }
  | { type: 'job_deadline' | 'kill_overdue' | 'retry'; step: number; at: number }
  | { type: 'approve'; at: number }
  | { type: 'approval_expired'; at: number }
  | { type: 'cancel'; at: number }
  | { type: 'build_deadline'; at: number }
  | { type: 'abandon'; at: number; since: number }

/** Steps that a generator requests. A negative index -1 - n refers to `references[n]`. */
export interface ModelAppend {
  plan: Pick<AppendedPlan, 'steps' | 'references'>
  conditions: readonly boolean[]
}

interface ModelStep extends PlannedStep {
  /** The step's generator; null for a step of the pipeline. */
  by: number | null
}

const OVER = ['passed', 'failed', 'skipped', 'canceled', 'timed_out']
const SIGNALS: Record<string, number> = { SIGKILL: 137, SIGTERM: 143, SIGSEGV: 139 }

export class ReferenceModel {
  readonly steps: ModelStep[]
  readonly jobs: ModelJob[]
  readonly timeout: number | null
  cancel = false
  /** Error code of the whole build. */
  error: string | null = null
  deadline = Number.POSITIVE_INFINITY
  held: boolean
  /** Instant of the last change. */
  changed: number
  readonly failFast: boolean

  constructor(plan: Plan, conditions: readonly boolean[], held: boolean, at: number, failFast = false) {
    this.failFast = failFast
    this.steps = plan.steps.map((step) => ({ ...step, by: null }))
    this.timeout = plan.timeoutSeconds
    this.held = held
    this.changed = at
    if (this.timeout !== null && !held) this.deadline = at + this.timeout * 1000
    this.jobs = plan.steps.map((_, i) =>
      fresh(1, conditions[i] ? 'pending' : 'skipped', conditions[i] ? null : 'condition'),
    )
    this.settle()
  }

  over(): boolean {
    return this.jobs.every((job) => OVER.includes(job.state))
  }

  buildState(): string {
    const hard = this.jobs.some((job) => ['failed', 'timed_out'].includes(job.state) && !job.soft)
    const past = (job: ModelJob) =>
      job.attempt > 1 || job.fence > 0 || !['pending', 'scheduled', 'skipped'].includes(job.state)
    if (this.cancel) return this.over() ? 'canceled' : 'canceling'
    if (this.over() && hard) return 'failed'
    if (this.over()) return this.jobs.some((job) => job.state === 'canceled') ? 'canceled' : 'passed'
    if (hard) return 'failing'
    return this.jobs.some(past) ? 'running' : 'scheduled'
  }

  /** Applies the event if it fits, and returns whether it did. */
  apply(event: ModelEvent): boolean {
    const before = this.failures()
    const taken = this.take(event)
    if (taken) {
      this.settle()
      this.changed = event.at
    }
    if (taken && this.failFast && this.failures() > before) this.stopRest(event.at)
    return taken
  }

  private failures(): number {
    return this.jobs.filter((job) => ['failed', 'timed_out'].includes(job.state) && !job.soft).length
  }

  private stopRest(at: number): void {
    for (const job of this.jobs) {
      if (job.state === 'pending' || job.state === 'scheduled')
        Object.assign(job, { state: 'skipped', reason: 'stopped' })
      else if (job.state === 'assigned' || job.state === 'running') this.stop(job, 'canceling', null, at)
    }
  }

  private take(event: ModelEvent): boolean {
    const { at } = event
    if (event.type === 'approve') {
      if (!this.held || this.over()) return false
      this.held = false
      if (this.timeout !== null) this.deadline = at + this.timeout * 1000
      return true
    }
    if (event.type === 'cancel' || event.type === 'approval_expired') {
      const expires = event.type === 'approval_expired'
      if (this.over() || this.cancel || (expires && !this.held)) return false
      if (expires) this.error = 'approval_expired'
      this.cancel = true
      this.deadline = Number.POSITIVE_INFINITY
      for (const job of this.jobs) {
        if (job.state === 'pending' || job.state === 'scheduled') job.state = 'canceled'
        else if (!OVER.includes(job.state)) this.stop(job, 'canceling', null, at)
      }
      return true
    }
    if (event.type === 'abandon') {
      const times = this.jobs.filter(({ state }) => state === 'scheduled').map(({ notBefore }) => notBefore)
      const isWorkedOn = this.jobs.some(
        ({ state }) => !OVER.includes(state) && state !== 'pending' && state !== 'scheduled',
      )
      if (this.over() || this.held || isWorkedOn || Math.max(this.changed, ...times) > event.since) return false
      this.error ??= 'build_abandoned'
      this.deadline = Number.POSITIVE_INFINITY
      while (!this.over()) {
        for (const job of this.jobs)
          if (job.state === 'scheduled') Object.assign(job, { state: 'failed', error: 'build_abandoned' })
        this.settle()
      }
      return true
    }
    if (event.type === 'build_deadline') {
      if (this.over() || this.deadline > at) return false
      this.error = 'pipeline_timeout'
      this.deadline = Number.POSITIVE_INFINITY
      for (const job of this.jobs) {
        if (job.state === 'pending' || job.state === 'scheduled')
          Object.assign(job, { state: 'timed_out', error: 'pipeline_timeout' })
        else if (!OVER.includes(job.state)) this.stop(job, 'timing_out', 'pipeline_timeout', at)
      }
      return true
    }
    const job = this.jobs[event.step]
    if (!job) return false
    switch (event.type) {
      case 'leased':
        if (job.state !== 'scheduled' || event.fence !== job.fence + 1 || job.notBefore > at) return false
        Object.assign(job, { state: 'assigned', fence: event.fence })
        return true
      case 'started':
        if (job.state !== 'assigned' || event.fence !== job.fence) return false
        Object.assign(job, { state: 'running', deadline: at + this.step(event.step).timeoutSeconds * 1000 })
        return true
      case 'lease_lost':
        if (event.fence !== job.fence) return false
        return this.stopped(event.step, at) || this.lose(event.step, at)
      case 'cached':
      case 'refused':
      case 'condemned':
        if (job.state === 'scheduled' ? event.fence !== job.fence + 1 : event.fence !== job.fence) return false
        if (this.stopped(event.step, at)) return true
        if (
          job.state !== 'scheduled' &&
          job.state !== 'assigned' &&
          (job.state !== 'running' || event.type === 'cached')
        )
          return false
        job.fence = event.fence
        if (event.type === 'cached') this.pass(event.step, at, null, event.appends)
        else if (event.type === 'condemned') {
          this.error ??= 'source_invalid'
          Object.assign(job, { state: 'failed', error: 'provision_failed' })
        } else this.fail(event.step, at, 'failed', 'provision_failed', null, null)
        return true
      case 'exit': {
        if (event.fence !== job.fence) return false
        if (this.stopped(event.step, at)) return true
        if (event.code === null && event.signal === null && !event.oom) return this.lose(event.step, at)
        if (job.state !== 'running') return false
        const code = event.signal ? (SIGNALS[event.signal] ?? null) : event.code
        if (event.oom) this.fail(event.step, at, 'failed', 'out_of_memory', code, event.signal)
        else if (code === 0) this.pass(event.step, at, code, event.appends)
        else this.fail(event.step, at, 'failed', null, code, event.signal)
        return true
      }
      case 'job_deadline':
        if (job.state !== 'running' || job.deadline > at) return false
        this.stop(job, 'timing_out', 'step_timeout', at)
        return true
      case 'kill_overdue':
        return job.killBy <= at && this.stopped(event.step, at)
      case 'retry':
        return this.retry(event.step, at)
    }
  }

  private step(index: number): ModelStep {
    const step = this.steps[index]
    if (!step) throw new Error(`no step ${index}`)
    return step
  }

  private stop(job: ModelJob, state: string, error: string | null, at: number): void {
    if (state === 'timing_out' && job.state === 'canceling') return
    const already = job.state === 'timing_out' || job.state === 'canceling'
    Object.assign(job, { state, error, killBy: already ? job.killBy : at + 13_000 })
  }

  private stopped(index: number, at: number): boolean {
    const job = this.jobs[index]
    if (job?.state === 'canceling') job.state = 'canceled'
    else if (job?.state === 'timing_out') this.fail(index, at, 'timed_out', job.error, null, null)
    else return false
    return true
  }

  private lose(index: number, at: number): boolean {
    const job = this.jobs[index]
    if (!job || (job.state !== 'running' && job.state !== 'assigned')) return false
    const { secrets: own, idTokens, concurrency } = this.step(index)
    const mayRepeat = Object.keys(own).length === 0 && idTokens === undefined && concurrency === undefined
    const careful = job.state === 'running' && !mayRepeat
    job.lost++
    if (!careful && job.lost <= 2) job.state = 'scheduled'
    else this.fail(index, at, 'failed', 'sandbox_lost', null, null, careful)
    return true
  }

  private fail(
    i: number,
    at: number,
    state: string,
    error: string | null,
    code: number | null,
    signal: string | null,
    last = false,
  ): void {
    const step = this.step(i)
    const job = this.jobs[i]
    if (!job) return
    Object.assign(job, { state, error })
    const late = error === 'pipeline_timeout'
    const policy = step.retry
    const any = policy && !policy.exitCodes && !policy.signals && !policy.reasons
    const codes = policy?.exitCodes
    const matches =
      any ||
      (code !== null && code !== 0 && codes === '*') ||
      (code !== null && Array.isArray(codes) && codes.includes(code)) ||
      (signal !== null && policy?.signals?.includes(signal)) ||
      (error !== null && policy?.reasons?.includes(error))
    if (policy && matches && job.attempt <= policy.limit && !late && !last) {
      this.jobs[i] = fresh(job.attempt + 1, 'scheduled', null, at + policy.delaySeconds * 1000)
      return
    }
    const listed = Array.isArray(step.softFail) && state === 'failed' && code !== null && step.softFail.includes(code)
    job.soft = !late && (step.softFail === true || listed)
  }

  /** Appends all steps of a generator's request, or fails the generator and appends none. */
  private pass(index: number, at: number, code: number | null, request: ModelAppend | undefined): void {
    const job = this.jobs[index]
    if (!job) return
    const added = this.step(index).append && this.placed(index, request)
    if (added === 'refused') {
      this.fail(index, at, 'failed', 'append_refused', code, null)
      return
    }
    job.state = 'passed'
    for (const { step, holds } of added ?? []) {
      this.steps.push(step)
      this.jobs.push(fresh(1, holds ? 'pending' : 'skipped', holds ? null : 'condition'))
    }
  }

  private placed(index: number, request: ModelAppend | undefined): { step: ModelStep; holds: boolean }[] | 'refused' {
    if (this.steps.some(({ by }) => by === index)) return []
    const { append } = this.step(index)
    if (!request || !append || request.plan.steps.length > append.max) return 'refused'
    const { plan, conditions } = request
    const keys = this.steps.map(({ key }) => key)
    if (plan.steps.some(({ key }) => keys.includes(key)) || plan.references.some((key) => !keys.includes(key)))
      return 'refused'
    if (plan.steps.length > 0 && this.above(index).length > 3) return 'refused'
    const before = this.steps.length
    const at = (from: number) => (from < 0 ? keys.indexOf(plan.references[-1 - from] ?? '') : before + from)
    const steps = plan.steps.map((step): ModelStep => {
      const buildsIn = step.buildsIn === null ? (step.image === null ? index : null) : at(step.buildsIn)
      const { afterAppended } = step
      const waits = afterAppended && { afterAppended: afterAppended.map(at) }
      return { ...step, buildsIn, dependsOn: step.dependsOn.map(at), ...waits, by: index }
    })
    const all = [...this.steps, ...steps]
    const mayHave = [...append.secrets, ...this.secretsIn(all, index)]
    for (const { secrets, append: own, buildsIn, afterAppended = [] } of steps) {
      const asked = [...Object.values(secrets), ...(own?.secrets ?? [])]
      if (asked.some((name) => !append.secrets.includes(name))) return 'refused'
      if (buildsIn !== null && this.secretsIn(all, buildsIn).some((name) => !mayHave.includes(name))) return 'refused'
      if (afterAppended.some((from) => !all[from]?.append)) return 'refused'
    }
    if (hasCycle(all)) return 'refused'
    return steps.map((step, i) => ({ step, holds: conditions[i] === true }))
  }

  /** Returns the step, its generator, and the generators above that. */
  private above(index: number): number[] {
    const by = this.steps[index]?.by ?? null
    return by === null ? [index] : [index, ...this.above(by)]
  }

  private secretsIn(steps: ModelStep[], index: number): string[] {
    const step = steps[index]
    if (!step) return []
    return [...Object.values(step.secrets), ...(step.buildsIn === null ? [] : this.secretsIn(steps, step.buildsIn))]
  }

  private retry(index: number, at: number): boolean {
    const job = this.jobs[index]
    if (!job || !['failed', 'timed_out', 'canceled'].includes(job.state)) return false
    if (this.cancel && !this.over()) return false
    if (this.wants(index) === 'never') return false
    this.cancel = false
    this.error = null
    this.deadline = this.timeout === null || this.held ? Number.POSITIVE_INFINITY : at + this.timeout * 1000
    this.jobs[index] = fresh(job.attempt + 1, 'pending', null)
    const again = new Set([index])
    for (let grew = true; grew; ) {
      grew = false
      this.steps.forEach((step, i) => {
        const other = this.jobs[i]
        if (
          !other ||
          again.has(i) ||
          ![step.buildsIn, ...ordered(this.steps, i)].some((p) => p !== null && again.has(p))
        )
          return
        const skipped = other.state === 'skipped' && other.reason !== 'condition'
        const unbegun =
          (['canceled', 'timed_out'].includes(other.state) || other.error === 'build_abandoned') && other.fence === 0
        if (!skipped && !unbegun) return
        Object.assign(other, { state: 'pending', reason: null, error: null, soft: false })
        again.add(i)
        grew = true
      })
    }
    return true
  }

  /** Returns what a step should do according to its prerequisites: `now`, `never`, or `wait`. */
  private wants(index: number): 'now' | 'never' | 'wait' {
    const step = this.step(index)
    let answer: 'now' | 'wait' = 'now'
    for (const [from, kind] of [
      ...ordered(this.steps, index).map((p) => [p, 'order'] as const),
      [step.buildsIn, 'files'] as const,
    ]) {
      const job = from === null ? undefined : this.jobs[from]
      if (!job) continue
      if (!OVER.includes(job.state)) answer = 'wait'
      else if (job.state === 'passed') continue
      else if (kind === 'files') return 'never'
      else if (!step.continueOnFailure && !job.soft && job.reason !== 'condition') return 'never'
    }
    return answer
  }

  private settle(): void {
    for (let moved = true; moved; ) {
      moved = false
      this.jobs.forEach((job, index) => {
        if (job.state !== 'pending') return
        const answer = this.wants(index)
        if (answer === 'wait' || (answer === 'now' && this.held)) return
        moved = true
        if (answer === 'now') job.state = 'scheduled'
        else Object.assign(job, { state: 'skipped', reason: 'prerequisite' })
      })
    }
  }
}

/** Returns the steps that a step waits for, except the one that it builds in. */
function ordered(steps: readonly ModelStep[], index: number): readonly number[] {
  const { dependsOn = [], afterAppended = [] } = steps[index] ?? {}
  const isBelow = (i: number): boolean => {
    const by = steps[i]?.by ?? null
    return by !== null && (afterAppended.includes(by) || isBelow(by))
  }
  return [...dependsOn, ...afterAppended, ...steps.keys().filter(isBelow)]
}

function hasCycle(steps: readonly ModelStep[]): boolean {
  const done = new Set<number>()
  for (let grew = true; grew; ) {
    grew = false
    for (const [index, { buildsIn }] of steps.entries()) {
      const before = [...(buildsIn === null ? [] : [buildsIn]), ...ordered(steps, index)]
      if (done.has(index) || !before.every((from) => done.has(from))) continue
      done.add(index)
      grew = true
    }
  }
  return done.size < steps.length
}

function fresh(attempt: number, state: string, reason: string | null, notBefore = 0): ModelJob {
  return {
    state,
    attempt,
    fence: 0,
    lost: 0,
    notBefore,
    deadline: 0,
    killBy: Number.POSITIVE_INFINITY,
    error: null,
    reason,
    soft: false,
  }
}
