/**
 * Builds the SQL statements that write changes. A change of any kind is one statement and one round
 * trip. The statement contains only the parts that the change needs, because PostgreSQL sets up and
 * ends each part at every execution, even if it finds no row.
 */
import { opensAfter } from './layers/opens-after.ts'

const changingColumns = `state text, fence int, runner text, lost int, not_before timestamptz, scheduled_at timestamptz, assigned_at timestamptz, started_at timestamptz,
  finished_at timestamptz, deadline_at timestamptz, kill_by timestamptz, exit_code int, error_code text, error_message text, skip_reason text,
  soft_failed boolean, cached boolean, snapshot text, substituted_image text, services json, service_snapshots json, lease_id uuid, phases json`

/** Returns the statement that writes new jobs; the arguments are SQL expressions. */
export function insertJobs(build: string, version: string, records: string): string {
  return `insert into engine.jobs (build_id, version, id, step, builds_in, inputs_from, appends, attempt, previous_attempt, created_at, state, fence, runner, lost,
      not_before, scheduled_at, assigned_at, started_at, finished_at, deadline_at, kill_by, exit_code, error_code, error_message, skip_reason, soft_failed, cached, snapshot,
      substituted_image, services, service_snapshots, lease_id, phases)
    select ${build}, ${version}, r.* from json_to_recordset(${records}::json) as r(id uuid, step int, builds_in int, inputs_from int[], appends boolean, attempt int,
      previous_attempt uuid, created_at timestamptz, ${changingColumns})`
}

/**
 * Returns the statement that makes jobs ready; the arguments are SQL expressions. `openAt` is the
 * instant until which a job `r` is reserved for runners that have its files.
 */
export function insertReady(
  build: string,
  queue: string,
  pipeline: string,
  records: string,
  openAt = 'null::timestamptz',
): string {
  return `insert into engine.ready (build_id, queue, pipeline, job_id, ready_at, not_before, group_key, group_limit, build_at, step, pool, labels, home, files, holders, open_at)
    select ${build}, ${queue}, ${pipeline}, r.*, ${openAt}
    from json_to_recordset(${records}::json) as r(job_id uuid, ready_at timestamptz, not_before timestamptz, group_key text, group_limit int,
      build_at timestamptz, step int, pool text, labels text[], home text, files text[], holders text[])
    on conflict (job_id) do update set ready_at = excluded.ready_at, not_before = excluded.not_before, home = excluded.home,
      files = excluded.files, holders = excluded.holders, open_at = excluded.open_at, gate = null`
}

/**
 * SQL of the parts by their parameters; $1 is the build and $2 its version. Each part changes
 * different rows, so their order does not matter.
 */
const parts = {
  changed: (jobs: string) =>
    `update engine.jobs j set version = $2::bigint, state = r.state, fence = r.fence, runner = r.runner, lost = r.lost, not_before = r.not_before,
      scheduled_at = r.scheduled_at, assigned_at = r.assigned_at, started_at = r.started_at, finished_at = r.finished_at, deadline_at = r.deadline_at, kill_by = r.kill_by,
      exit_code = r.exit_code, error_code = r.error_code, error_message = r.error_message, skip_reason = r.skip_reason,
      soft_failed = r.soft_failed, cached = r.cached, snapshot = r.snapshot, substituted_image = r.substituted_image,
      services = r.services, service_snapshots = r.service_snapshots, lease_id = r.lease_id, phases = r.phases
    from json_to_recordset(${jobs}::json) as r(id uuid, ${changingColumns}) where j.id = r.id`,
  added: (jobs: string) => insertJobs('$1::uuid', '$2::bigint', jobs),
  waits_no_more: (ids: string) => `delete from engine.ready where job_id = any(${ids}::uuid[])`,
  waits: (jobs: string, queue: string, pipeline: string) =>
    insertReady('$1::uuid', `${queue}::text`, `${pipeline}::text`, jobs),
  /**
   * Like `waits`, for use with other runners: jobs with files are reserved for the runners that
   * have these files.
   */
  waits_shared: (jobs: string, queue: string, pipeline: string) => {
    const openAt = `case when r.files is not null then r.ready_at + ${opensAfter('r', `${queue}::text`)} end`
    return insertReady('$1::uuid', `${queue}::text`, `${pipeline}::text`, jobs, openAt)
  },
  released: (ids: string) => `delete from engine.leases where job_id = any(${ids}::uuid[])`,
  moved: (leases: string) =>
    `update engine.leases l set stop = r.stop, deadline_at = r.deadline_at, kill_by = r.kill_by,
      expires_at = case when r.started and not l.started then greatest(l.expires_at, r.expires_at) else l.expires_at end, started = l.started or r.started
    from json_to_recordset(${leases}::json) as r(job_id uuid, stop text, deadline_at timestamptz, kill_by timestamptz, started boolean,
      expires_at timestamptz) where l.job_id = r.job_id`,
  remarked: (remarks: string) =>
    `insert into engine.log_chunks (job_id, seq, kind, ts, content)
    select r.job_id, coalesce((select max(seq) from engine.log_chunks c where c.job_id = r.job_id), 0) + r.turn, 2, r.ts, convert_to(r.text, 'UTF8')
    from json_to_recordset(${remarks}::json) as r(job_id uuid, turn int, ts bigint, text text)`,
  leased: (leases: string, queue: string, pipeline: string) =>
    `insert into engine.leases (job_id, build_id, queue, pipeline, runner, fence, expires_at, started, last_seq, spool_offset, stop, deadline_at,
      kill_by, group_key, group_limit, lease_id)
    select r.job_id, $1::uuid, ${queue}::text, ${pipeline}::text, r.runner, r.fence, r.expires_at, r.started,
      coalesce((select max(seq) from engine.log_chunks c where c.job_id = r.job_id), 0), 0, r.stop, r.deadline_at, r.kill_by,
      r.group_key, r.group_limit, r.lease_id
    from json_to_recordset(${leases}::json) as r(job_id uuid, runner text, fence int, lease_id uuid, expires_at timestamptz, started boolean, stop text,
      deadline_at timestamptz, kill_by timestamptz, group_key text, group_limit int)
    returning job_id, last_seq`,
  rehomed: (jobs: string) =>
    `update engine.ready w set home = r.home from json_to_recordset(${jobs}::json) as r(job_id uuid, home text)
    where w.job_id = r.job_id and w.home is distinct from r.home`,
} as const

const build = `update engine.builds set version = $2::bigint, state = $3, cancel_requested = $4, error_code = $5, error_message = $6, started_at = $7,
    finished_at = $8, deadline_at = $9, timeout_seconds = $10, held = $11, idle_ms = $12::bigint, queued_at = $13::timestamptz where id = $1::uuid`
const firstOfParts = 14

export interface ChangePart {
  readonly name: keyof typeof parts
  /** Parameters of the part, in order. */
  readonly values: readonly unknown[]
}

interface Statement {
  readonly name: string
  readonly text: string
}

const numbers = new Map(Object.keys(parts).map((name, index) => [name, 1 << index]))
const statements = new Map<number, Statement>()

/**
 * Returns the statement that writes the build and these parts, each of which occurs at most once.
 * Its parameters are those of the build, followed by those of the parts. Returns the last seq of
 * the log of each newly leased job.
 */
export function changeStatement(given: readonly ChangePart[]): Statement {
  const number = given.reduce((sum, { name }) => sum + (numbers.get(name) ?? 0), 0)
  const known = statements.get(number) ?? { name: `engine-write-${number}`, text: textOf(given) }
  statements.set(number, known)
  return known
}

function textOf(given: readonly ChangePart[]): string {
  let next = firstOfParts
  const written = given.map(({ name, values }) => {
    const [first = '', queue = '', pipeline = ''] = values.map(() => `$${next++}`)
    return `${name} as (${parts[name](first, queue, pipeline)})`
  })
  if (written.length === 0) return build
  const isLeasing = given.some(({ name }) => name === 'leased')
  return isLeasing
    ? `with ${[...written, `build as (${build})`].join(',\n  ')}\n  select job_id, last_seq from leased`
    : `with ${written.join(',\n  ')}\n  ${build}`
}
