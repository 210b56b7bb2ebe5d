import type { FailureFinder, Found, QuotedFailure } from '@harmont/logs'
import type { TimedAttempt } from '@harmont/timeline'
import type { AnnotationEvent, Instant, RunEvent, StepState } from '../events/run-event.ts'

export type ShownState = 'waiting' | 'running' | StepState
/** Adds a separate state for a failure that does not fail the build. */
export type StateName = ShownState | 'soft'

export type Service = Pick<Extract<RunEvent, { readonly kind: 'service' }>, 'name' | 'state' | 'ready_ms' | 'exit_code'>

/** The current state of a step. */
export interface Step {
  readonly key: string
  readonly name: string
  /** null if the events contain none. */
  readonly command: string | null
  readonly parentKey: string | null
  /** The key of the generator that appended it. */
  readonly appendedBy: string | null
  readonly dependsOn: readonly string[]
  /** Keys of the generators whose appended steps it also waits for. */
  readonly afterAppended: readonly string[]
  state: ShownState
  softFailed: boolean
  cached: boolean
  /** The unavailable image, in whose place the step runs on other programs. */
  substitutedImage: string | null
  /** Counted from 1. */
  attempt: number
  /** Number of allowed attempts, known after the first failure. */
  attempts: number | null
  waitReason: string | null
  /** The services of the current attempt. */
  services: readonly Service[]
  startedAt: Instant | null
  durationMs: number | null
  exitCode: number | null
  errorCode: string | null
  /** The reason for its end or for skipping it. */
  message: string | null
  /** The last lines of its log; empty after it passed. */
  tail: string[]
  /** Finds failures in the output of its command while it runs. */
  finder: FailureFinder | null
  /** The failures found, once the step has failed. */
  found: Found<QuotedFailure> | null
  /** The tests that it reported. */
  tests: Tests | null
  /** Number of steps that it appended. */
  appended: number
  /** The annotations that it wrote. */
  annotations: AnnotationEvent[]
}

export type Tests = Extract<RunEvent, { readonly kind: 'tests' }>
type BuildEnd = Extract<RunEvent, { readonly kind: 'build_end' }>
type BuildAccepted = Extract<RunEvent, { readonly kind: 'build_accepted' }>

/** The state of a run, owned by one view and changed only by `fold`. */
export interface Run {
  /** Steps in the order of their queueing. */
  readonly steps: Step[]
  readonly byId: Map<string, Step>
  readonly byKey: Map<string, Step>
  readonly counts: Record<StateName, number>
  /** Steps that failed the build, in order of failure. */
  readonly failures: Step[]
  /** Attempts that ran on a machine, in the order of their ends. */
  readonly attempts: TimedAttempt[]
  cached: number
  artifacts: number
  artifactBytes: number
  startedAt: Instant | null
  accepted: BuildAccepted | null
  end: BuildEnd | null
}

export function newRun(): Run {
  return {
    steps: [],
    byId: new Map(),
    byKey: new Map(),
    counts: { waiting: 0, running: 0, passed: 0, failed: 0, skipped: 0, canceled: 0, timed_out: 0, soft: 0 },
    failures: [],
    attempts: [],
    cached: 0,
    artifacts: 0,
    artifactBytes: 0,
    startedAt: null,
    accepted: null,
    end: null,
  }
}

export function stateName({ state, softFailed }: Step): StateName {
  return softFailed ? 'soft' : state
}

/** Whether its failure fails the build. */
export function isFailure({ state, softFailed }: Step): boolean {
  return (state === 'failed' || state === 'timed_out') && !softFailed
}

export function isOver({ state }: Step): boolean {
  return state !== 'waiting' && state !== 'running'
}
