import { FailureFinder } from '@harmont/logs'
import { appendLines } from '../events/append-lines.ts'
import type { RunEvent } from '../events/run-event.ts'
import { prerequisitesOf } from './durations.ts'
import { isFailure, type Run, type ShownState, type Step, stateName } from './run-model.ts'

/**
 * Maximum number of lines of a step kept for a failure, and of characters in each. `hm logs` shows
 * everything.
 */
const keptLines = 50
const keptCharacters = 4096

/**
 * Applies an event in constant time. Throws for an event of a step that was never queued, which is
 * a defect of the producer.
 */
export function fold(run: Run, event: RunEvent): void {
  // By the table's type, each entry accepts the events of its name.
  const apply = changes[event.kind] as (run: Run, event: RunEvent) => void
  apply(run, event)
}

const changes: {
  readonly [Kind in RunEvent['kind']]: (run: Run, event: Extract<RunEvent, { readonly kind: Kind }>) => void
} = {
  build_start(run, event) {
    run.startedAt = event.started_at
  },
  build_accepted(run, event) {
    run.accepted = event
  },
  step_queued: queue,
  appended(run, event) {
    stepOf(run, event.step_id).appended = event.keys.length
  },
  step_waiting(run, event) {
    stepOf(run, event.step_id).waitReason = event.reason
  },
  step_start: start,
  step_log(run, event) {
    keepLine(stepOf(run, event.step_id), event)
  },
  step_cache_hit(run, event) {
    const step = stepOf(run, event.step_id)
    if (!step.cached) run.cached += 1
    step.cached = true
    step.durationMs = 0
    enter(run, step, 'passed')
  },
  step_substituted(run, event) {
    stepOf(run, event.step_id).substitutedImage = event.image
  },
  service(run, event) {
    const step = stepOf(run, event.step_id)
    step.services = step.services.some(({ name }) => name === event.name)
      ? step.services.map((one) => (one.name === event.name ? event : one))
      : [...step.services, event]
  },
  step_skipped(run, event) {
    const step = stepOf(run, event.step_id)
    step.message = event.reason
    enter(run, step, 'skipped')
  },
  step_retry(run, event) {
    const step = stepOf(run, event.step_id)
    forget(run, step)
    keepTimes(run, step, event)
    const next = { attempt: event.attempt + 1, attempts: event.of, waitReason: 'retry_delay' }
    Object.assign(step, { ...next, annotations: [], services: [] })
    enter(run, step, 'waiting')
  },
  step_end: end,
  tests(run, event) {
    stepOf(run, event.step_id).tests = event
  },
  annotation(run, event) {
    stepOf(run, event.step_id).annotations.push(event)
  },
  artifact(run, event) {
    run.artifacts += 1
    run.artifactBytes += event.size
  },
  chain_failed() {},
  build_end(run, event) {
    run.end = event
  },
}

/** Returns the step of an event. */
export function stepOf(run: Run, id: string): Step {
  const step = run.byId.get(id)
  if (step === undefined) throw new Error(`step ${id} has an event before it was queued`)
  return step
}

type Queued = Extract<RunEvent, { readonly kind: 'step_queued' }>

function queue(run: Run, event: Queued): void {
  // On a server, each attempt is a job with its own id.
  const known = run.byKey.get(event.key)
  if (known !== undefined) {
    run.byId.set(event.step_id, known)
    return
  }
  const step: Step = {
    key: event.key,
    name: event.display_name,
    command: event.command ?? null,
    parentKey: event.parent_key,
    appendedBy: event.appended_by ?? null,
    dependsOn: event.depends_on,
    afterAppended: event.after_appended ?? [],
    state: 'waiting',
    softFailed: false,
    cached: false,
    substitutedImage: null,
    attempt: 1,
    attempts: null,
    waitReason: null,
    services: [],
    startedAt: null,
    durationMs: null,
    exitCode: null,
    errorCode: null,
    message: null,
    tail: [],
    finder: null,
    found: null,
    tests: null,
    appended: 0,
    annotations: [],
  }
  run.steps.push(step)
  run.byId.set(event.step_id, step)
  run.byKey.set(event.key, step)
  run.counts.waiting += 1
}

function start(run: Run, event: Extract<RunEvent, { readonly kind: 'step_start' }>): void {
  const step = stepOf(run, event.step_id)
  Object.assign(step, { attempt: event.attempt, startedAt: event.started_at, waitReason: null, tail: [] })
  step.finder = new FailureFinder()
  step.found = null
  step.tests = null
  step.annotations = []
  enter(run, step, 'running')
}

function end(run: Run, event: Extract<RunEvent, { readonly kind: 'step_end' }>): void {
  const step = stepOf(run, event.step_id)
  forget(run, step)
  step.exitCode = event.exit_code
  step.errorCode = event.error_code
  step.message = event.message ?? step.message
  step.durationMs = event.duration_ms
  keepTimes(run, step, event)
  enter(run, step, event.state, event.soft_failed)
  if (isFailure(step)) {
    run.failures.push(step)
    step.found = step.finder?.finish() ?? null
  } else step.tail = []
  step.finder = null
}

type Ending = Extract<RunEvent, { readonly kind: 'step_end' | 'step_retry' }>

/** Stores the times of an attempt's waiting and run, for the critical path. */
function keepTimes(run: Run, step: Step, event: Ending): void {
  if (event.times === undefined) return
  const { ready_at: readyAt, assigned_at: assignedAt, started_at: startedAt, phases } = event.times
  run.attempts.push({
    id: `${step.key} ${step.attempt}`,
    step: step.key,
    attempt: step.attempt,
    after: prerequisitesOf(step, run),
    hasPassed: event.kind === 'step_end' && event.state === 'passed',
    isLost: false,
    isInGroup: false,
    readyAt,
    delayMs: 0,
    assignedAt,
    startedAt,
    finishedAt: event.times.finished_at,
    phases: phases.map(({ name, started_at: from, ms }) => ({ name, from, to: from + ms })),
  })
}

/** Removes the step from the failures if another attempt follows. */
function forget(run: Run, step: Step): void {
  const at = isFailure(step) ? run.failures.indexOf(step) : -1
  if (at !== -1) run.failures.splice(at, 1)
}

function enter(run: Run, step: Step, state: ShownState, softFailed = false): void {
  run.counts[stateName(step)] -= 1
  step.state = state
  step.softFailed = softFailed
  run.counts[stateName(step)] += 1
}

function keepLine(step: Step, { line, stream }: Extract<RunEvent, { readonly kind: 'step_log' }>): void {
  const { tail } = step
  if (stream !== 'meta') step.finder?.next(line)
  appendLines(tail, [line.length > keptCharacters ? shorten(line) : line], keptLines)
}

/** Copies the text, because a slice would keep the whole line in memory. */
function shorten(line: string): string {
  return Buffer.from(`${line.slice(0, keptCharacters)} (cut)`).toString()
}

/** Returns the step's last lines, at most 50. */
export function lastLines({ tail }: Pick<Step, 'tail'>, count = keptLines): string[] {
  return tail.slice(-count)
}
