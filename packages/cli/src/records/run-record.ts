import type { RunEvent } from '../events/run-event.ts'

/** Facts of a run, known before its first step (`run.json`). */
export interface RunFacts {
  readonly version: 1
  /** Names its files. */
  readonly record: number
  /** Numbered separately for each project. */
  readonly number: number
  /** The build's id. */
  readonly id: string
  /** The project. */
  readonly directory: string
  readonly slug: string
  readonly name: string
  readonly message: string | null
  readonly branch: string | null
  readonly commit: string | null
  /** Unix milliseconds. */
  readonly startedAt: number
  /**
   * The mark of its process (`processMark`). A record without an end whose process is dead was
   * interrupted.
   */
  readonly process: string
  /** `-e` and `--env-file`. */
  readonly env: Readonly<Record<string, string>>
  /** Keys of the steps that ran, unless the whole IR ran. */
  readonly only: readonly string[] | null
  /** The run whose failed steps this run repeats. */
  readonly retryOf: number | null
  /** Digest of the source tree; null for an empty one. Absent in records of earlier releases. */
  readonly tree?: string | null
}

/** A run with its events, except log lines. */
export interface RunRecord extends RunFacts {
  readonly events: readonly RunEvent[]
}

type StepOutcome = Extract<RunEvent, { kind: 'step_end' }>['state'] | 'running' | 'waiting'

/** A step in the state after the events of its run. */
export interface RecordedStep {
  readonly id: string
  readonly key: string
  readonly parentKey: string | null
  readonly dependsOn: readonly string[]
  /** The key of the step that appended it; null for a step of the pipeline itself. */
  readonly appendedBy: string | null
  readonly state: StepOutcome
  readonly attempts: number
  readonly exitCode: number | null
  readonly snapshot: string | null
  /** The snapshots of its services for those of later steps, by service name. */
  readonly serviceSnapshots: Readonly<Record<string, string>>
  readonly softFailed: boolean
  readonly message: string | null
  readonly cachedFrom: string | null
}

/** The steps of a run in the order of its plan. */
export function stepsOf(events: readonly RunEvent[]): RecordedStep[] {
  const steps = new Map<string, RecordedStep>()
  const change = (id: string, fields: Partial<RecordedStep>) => {
    const step = steps.get(id)
    if (step !== undefined) steps.set(id, { ...step, ...fields })
  }
  for (const event of events) {
    switch (event.kind) {
      case 'step_queued':
        steps.set(event.step_id, {
          id: event.step_id,
          key: event.key,
          parentKey: event.parent_key,
          dependsOn: event.depends_on,
          appendedBy: event.appended_by ?? null,
          ...unbegun,
        })
        break
      case 'step_start':
        change(event.step_id, { state: 'running', attempts: event.attempt })
        break
      case 'step_cache_hit':
        change(event.step_id, { cachedFrom: event.tag })
        break
      case 'step_skipped':
        change(event.step_id, { state: 'skipped', message: event.reason })
        break
      case 'step_end': {
        const { state, exit_code: exitCode, snapshot, soft_failed: softFailed, message } = event
        const { service_snapshots: serviceSnapshots = {} } = event
        change(event.step_id, { state, exitCode, snapshot, serviceSnapshots, softFailed, message })
        break
      }
    }
  }
  return [...steps.values()]
}

const unbegun = {
  state: 'waiting',
  attempts: 0,
  exitCode: null,
  snapshot: null,
  serviceSnapshots: {},
  softFailed: false,
  message: null,
  cachedFrom: null,
} as const satisfies Partial<RecordedStep>

/** Returns the end of a run; null while it runs. */
export function endOf(events: readonly RunEvent[]): Extract<RunEvent, { kind: 'build_end' }> | null {
  return events.findLast((event) => event.kind === 'build_end') ?? null
}

/** Returns the events that complete the record of a killed run. */
export function missingEnds({ events, startedAt }: RunRecord, at: number): RunEvent[] {
  if (endOf(events) !== null) return []
  const message = 'hm was killed before the run ended'
  const ends = stepsOf(events).flatMap(({ id, state }): RunEvent[] => {
    if (state === 'waiting') return [{ kind: 'step_skipped', step_id: id, reason: message }]
    if (state !== 'running') return []
    const end = { exit_code: null, duration_ms: 0, snapshot: null, soft_failed: false, error_code: 'build_abandoned' }
    return [{ kind: 'step_end', step_id: id, state: 'failed', message, ...end }]
  })
  const duration_ms = Math.max(0, at - startedAt)
  return [
    ...ends,
    { kind: 'build_end', exit_code: 137, duration_ms, state: 'failed', error_code: 'build_abandoned', message },
  ]
}

/**
 * Returns the snapshots for a retry or a shell: those of failed steps, those that failed and
 * skipped steps start from, and those of services unless the run has passed.
 */
export function wantedSnapshots(events: readonly RunEvent[]): string[] {
  const steps = stepsOf(events)
  const ofServices =
    endOf(events)?.state === 'passed' ? [] : steps.flatMap(({ serviceSnapshots }) => Object.values(serviceSnapshots))
  const unpassed = steps.filter(({ state }) => state !== 'passed')
  const parents = new Set(unpassed.map(({ parentKey }) => parentKey))
  const ofSteps = steps.flatMap(({ key, state, snapshot }) =>
    snapshot !== null && (state !== 'passed' || parents.has(key)) ? snapshot : [],
  )
  return [...ofSteps, ...ofServices]
}
