/** The facts of an event, read when its deliveries are written. */

import { type BuildState, stepOf } from '@harmont/engine'
import { testTitle } from '@harmont/logs'
import type { PullRequestFacts } from '../builds/records/build-facts.ts'
import type { Database } from '../platform/database/transaction.ts'
import type { Event } from './notification.ts'

export interface EventRow {
  readonly build_id: string
  readonly events: readonly Event[]
  readonly state: BuildState
  readonly tests: readonly string[] | null
  readonly at: Date
  /** The ids of the notifications that wanted the event when it happened. */
  readonly wanted_by: readonly string[]
}

/** Removes a recorded event and returns it; undefined if it was already handled. */
export async function takeEvent(database: Database, id: string): Promise<EventRow | undefined> {
  const { rows } = await database.query<EventRow>(
    'delete from notification_events where id = $1 returning build_id, events, state, tests, at, wanted_by',
    [id],
  )
  return rows[0]
}

export interface BuildFacts {
  readonly id: string
  readonly number: number
  readonly branch: string
  readonly tag: string | null
  readonly commit: string
  readonly message: string | null
  readonly event: string
  readonly pull_request: PullRequestFacts | null
  readonly author: string | null
  readonly error_code: string | null
  readonly created_at: Date
  readonly started_at: Date | null
  readonly organization: string
  readonly pipeline: string
  readonly pipeline_name: string
  /** Names of the steps that failed first. */
  readonly failed_steps: readonly string[]
}

const mostSteps = 10
const longestMessage = 1_000

/** Returns undefined if the build was removed, or its organization is deleted. */
export async function findFacts(database: Database, buildId: string): Promise<BuildFacts | undefined> {
  const { rows } = await database.query<BuildFacts>(
    `select r.id, r.number, r.branch, r.tag, r.commit, left(r.message, ${longestMessage}) as message, r.event, r.pull_request,
            coalesce(u.name, u.email, r.author_name) as author, b.error_code, r.created_at, b.started_at,
            o.slug as organization, p.slug as pipeline, p.name as pipeline_name,
            array(select coalesce(s.step->>'name', s.step->>'key') from engine.jobs j cross join lateral (select ${stepOf('n', 'j')} as step) s
                   where j.build_id = r.id and j.state in ('failed', 'timed_out') and not j.soft_failed and j.step is not null
                     and not exists (select from engine.jobs later
                                      where later.build_id = j.build_id and later.step = j.step and later.attempt > j.attempt)
                   order by j.finished_at limit ${mostSteps}) as failed_steps
       from build_records r
       join pipelines p on p.id = r.pipeline_id
       join organizations o on o.id = r.organization_id and o.deleted_at is null
       join engine.builds b on b.id = r.id
       left join engine.plans n on n.build_id = r.id
       left join users u on u.id = r.author_id
      where r.id = $1`,
    [buildId],
  )
  return rows[0]
}

const mostTests = 10

/** Returns the titles of at most `mostTests` tests. */
export async function findTests(database: Database, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await database.query<{ suite: string; name: string; file: string | null }>(
    'select suite, name, file from engine.test_cases where id = any($1::bigint[]) order by suite, name limit $2',
    [ids, mostTests],
  )
  return rows.map(testTitle)
}
