import type { RunEvent } from '../../src/events/run-event.ts'
import {
  constant,
  described,
  either,
  flag,
  integer,
  list,
  object,
  oneOf,
  orNull,
  record,
  type Schema,
  sha256,
  text,
  time,
} from './shapes.ts'

const failedTest = object({ name: text, file: orNull(text), line: orNull(integer), message: orNull(text) })
const stepId = { step_id: text }
/** Times of an attempt that ran on a machine. */
const times = object({
  ready_at: orNull(time),
  assigned_at: orNull(time),
  started_at: orNull(time),
  finished_at: time,
  phases: list(object({ name: text, started_at: time, ms: integer })),
})

/** The members of each kind of event, besides `kind`. A kind without a line here does not compile. */
const kinds: Readonly<Record<RunEvent['kind'], Readonly<Record<string, Schema>>>> = {
  build_start: {
    run_id: text,
    plan: object({ step_count: integer, chain_count: integer, default_runner: text }),
    started_at: time,
  },
  build_accepted: {
    build: object({ 'run_id?': text, number: integer, org: text, pipeline: text }),
    watch_url: text,
  },
  step_queued: {
    ...stepId,
    key: text,
    chain_idx: integer,
    parent_key: orNull(text),
    display_name: text,
    depends_on: list(text),
    'command?': text,
    'appended_by?': described(text, 'The key of the step that appended it.'),
    'after_appended?': described(list(text), 'Keys of the generators whose appended steps it also waits for.'),
  },
  appended: { ...stepId, keys: list(text) },
  step_waiting: { ...stepId, reason: described(text, 'A `wait_reason` of the API, or `preparation`.') },
  step_start: { ...stepId, runner: text, image: orNull(text), attempt: integer, started_at: time },
  step_substituted: { ...stepId, image: text },
  service: {
    ...stepId,
    service_id: text,
    name: text,
    image: text,
    from: orNull(text),
    state: oneOf('starting', 'ready', 'ended', 'failed'),
    ready_ms: orNull(integer),
    exit_code: orNull(integer),
  },
  step_log: { ...stepId, stream: oneOf('stdout', 'stderr', 'meta'), line: text, ts: time },
  step_cache_hit: { ...stepId, key: text, tag: text },
  step_skipped: { ...stepId, reason: text },
  step_retry: {
    ...stepId,
    attempt: integer,
    of: integer,
    exit_code: orNull(integer),
    reason: orNull(text),
    'times?': times,
  },
  step_end: {
    ...stepId,
    exit_code: orNull(integer),
    duration_ms: integer,
    snapshot: orNull(text),
    'service_snapshots?': record(text),
    state: oneOf('passed', 'failed', 'skipped', 'canceled', 'timed_out'),
    soft_failed: flag,
    error_code: orNull(text),
    message: orNull(text),
    'times?': times,
  },
  chain_failed: {
    chain_idx: integer,
    failed_step_id: text,
    failed_step_key: text,
    exit_code: orNull(integer),
    message: text,
    ts: time,
  },
  tests: { ...stepId, passed: integer, failed: integer, skipped: integer, failures: list(failedTest) },
  artifact: { ...stepId, path: text, size: integer, sha256 },
  annotation: {
    ...stepId,
    name: text,
    style: oneOf('summary', 'info', 'success', 'warning', 'error'),
    markdown: text,
  },
  build_end: {
    exit_code: integer,
    duration_ms: integer,
    state: oneOf('passed', 'failed', 'canceled'),
    error_code: orNull(text),
    message: orNull(text),
  },
}

/** One event of a run. Later releases may add kinds. */
export const runEvent: Schema = either(
  ...Object.entries(kinds).map(([kind, members]) => object({ kind: constant(kind), ...members })),
)

export { failedTest }
