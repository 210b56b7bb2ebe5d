import type { AnnotationEvent, RunEvent, StepState } from '../events/run-event.ts'

/**
 * An event reduced to the fields that a story needs, with the milliseconds since the previous one.
 */
export type Beat = readonly [afterMs: number, event: RunEvent]

type Told<Kind extends RunEvent['kind']> = Partial<Omit<Extract<RunEvent, { readonly kind: Kind }>, 'kind' | 'step_id'>>

/** Short constructors of events for tests; they fill in all members that the test omits. */
export const events = {
  buildStart: (step_count: number, started_at = 0): RunEvent => ({
    kind: 'build_start',
    run_id: 'run',
    plan: { step_count, chain_count: 1, default_runner: 'local' },
    started_at,
  }),
  queued: (key: string, told: Told<'step_queued'> = {}): RunEvent => ({
    kind: 'step_queued',
    step_id: `id-${key}`,
    key,
    chain_idx: 0,
    parent_key: null,
    display_name: key,
    depends_on: [],
    ...told,
  }),
  appended: (key: string, keys: readonly string[]): RunEvent => ({ kind: 'appended', step_id: `id-${key}`, keys }),
  waiting: (key: string, reason: string): RunEvent => ({ kind: 'step_waiting', step_id: `id-${key}`, reason }),
  start: (key: string, started_at = 0, told: Told<'step_start'> = {}): RunEvent => ({
    kind: 'step_start',
    step_id: `id-${key}`,
    runner: 'local',
    image: 'ubuntu:24.04',
    attempt: 1,
    started_at,
    ...told,
  }),
  log: (key: string, line: string, told: Told<'step_log'> = {}): RunEvent => ({
    kind: 'step_log',
    step_id: `id-${key}`,
    stream: 'stdout',
    line,
    ts: 0,
    ...told,
  }),
  annotation: (key: string, style: AnnotationEvent['style'], markdown: string, name = 'note'): RunEvent => ({
    kind: 'annotation',
    step_id: `id-${key}`,
    name,
    style,
    markdown,
  }),
  cacheHit: (key: string, tag = 'run-1'): RunEvent => ({ kind: 'step_cache_hit', step_id: `id-${key}`, key, tag }),
  substituted: (key: string, image: string): RunEvent => ({
    kind: 'step_substituted',
    step_id: `id-${key}`,
    image,
  }),
  skipped: (key: string, reason: string): RunEvent => ({ kind: 'step_skipped', step_id: `id-${key}`, reason }),
  retry: (key: string, attempt: number, of: number, exit_code: number | null = 1): RunEvent => ({
    kind: 'step_retry',
    step_id: `id-${key}`,
    attempt,
    of,
    exit_code,
    reason: null,
  }),
  tests: (key: string, told: Told<'tests'>): RunEvent => ({
    kind: 'tests',
    step_id: `id-${key}`,
    passed: 0,
    failed: told.failures?.length ?? 0,
    skipped: 0,
    failures: [],
    ...told,
  }),
  end: (key: string, state: StepState, duration_ms: number, told: Told<'step_end'> = {}): RunEvent => ({
    kind: 'step_end',
    step_id: `id-${key}`,
    exit_code: state === 'passed' ? 0 : state === 'failed' ? 1 : null,
    duration_ms,
    snapshot: null,
    state,
    soft_failed: false,
    error_code: null,
    message: null,
    ...told,
  }),
  /** Returns the times of an attempt that was ready at `from` and waited for this long. */
  times: (from: number, ms: number, waitedMs = 0): Told<'step_end'> => {
    const at = from + waitedMs
    return { times: { ready_at: from, assigned_at: at, started_at: at, finished_at: at + ms, phases: [] } }
  },
  buildEnd: (state: 'passed' | 'failed' | 'canceled', duration_ms: number, told: Told<'build_end'> = {}): RunEvent => ({
    kind: 'build_end',
    exit_code: state === 'passed' ? 0 : state === 'failed' ? 1 : 130,
    duration_ms,
    state,
    error_code: null,
    message: null,
    ...told,
  }),
}
