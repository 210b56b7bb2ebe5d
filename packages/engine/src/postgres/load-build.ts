import type pg from 'pg'
import { grow, liveBuild, refresh } from '../core/live-build.ts'
import type { Step } from '../core/model.ts'
import type { BuildContext, BuildSource } from '../store.ts'
import { readAppended } from './appended-steps.ts'
import type { CachedBuild } from './build-cache.ts'
import { type BuildRow, headerFromRow, type LockedBuildRow } from './build-rows.ts'
import { type JobRow, jobColumns, jobFromRow } from './job-rows.ts'
import { timelineOf } from './pool.ts'

type Locking = 'wait' | 'skip'

const columns = `id, queue, pipeline, state, cancel_requested, held, error_code, error_message, created_at, queued_at, started_at, finished_at, idle_ms,
  deadline_at, timeout_seconds, group_key, group_name, group_limit, group_when_full, group_turn, awaits_place, version`
const readText = `select ${columns} from engine.builds where id = $1`

// Reading the limits locks them until the transaction ends.
const lockText = `select ${columns}, (select jobs from engine.limits l where l.kind = 'queue' and l.id = b.queue) as queue_limit,
  (select jobs from engine.limits l where l.kind = 'pipeline' and l.id = b.pipeline) as pipeline_limit
  from engine.builds b where b.id = $1 for update of b`

/** Reads a build's row without locking it. */
export async function readBuild(client: Pick<pg.ClientBase, 'query'>, id: string): Promise<BuildRow | undefined> {
  const { rows } = await client.query<BuildRow>({ name: 'engine-read-build', text: readText, values: [id] })
  return rows[0]
}

/**
 * Locks a build's row. Returns undefined if there is none or, with `skip`, if another transaction
 * has locked it.
 */
export async function lockBuild(
  client: pg.ClientBase,
  id: string,
  locking: Locking,
): Promise<LockedBuildRow | undefined> {
  const { rows } = await client.query<LockedBuildRow>(
    locking === 'wait'
      ? { name: 'engine-lock-build', text: lockText, values: [id] }
      : { name: 'engine-try-lock-build', text: `${lockText} skip locked`, values: [id] },
  )
  return rows[0]
}

/**
 * Returns the live build at the version of this row: the cached build, updated with changes of
 * other processes.
 */
export async function currentBuild(
  client: pg.ClientBase,
  row: BuildRow,
  cached: CachedBuild | undefined,
): Promise<CachedBuild> {
  const version = Number(row.version)
  // After a failover, the same version may denote another state.
  if (cached?.timeline !== timelineOf(client)) return loadBuild(client, row)
  if (cached.version === version) return cached
  // A failed transaction leaves a cached build of a later version, and a build without steps may
  // have been rendered since.
  if (cached.version > version || cached.live.steps.length === 0) return loadBuild(client, row)
  const { rows } = await client.query<JobRow>({
    name: 'engine-refresh-build',
    text: `select ${jobColumns} from engine.jobs where build_id = $1 and version > $2 order by step, attempt`,
    values: [row.id, cached.version],
  })
  const jobs = rows.map(jobFromRow)
  const first = cached.live.steps.length
  const newest = new Map(jobs.flatMap((job) => ((job.step ?? -1) >= first ? [[job.step, job] as const] : [])))
  if (newest.size > 0) grow(cached.live, await readAppended(client, row.id, first), [...newest.values()])
  refresh(cached.live, headerFromRow(row), jobs)
  cached.version = version
  return cached
}

async function loadBuild(client: pg.ClientBase, row: BuildRow): Promise<CachedBuild> {
  const plan = await client.query<{ context: StoredContext; steps: readonly Step[] }>({
    name: 'engine-load-plan',
    text: 'select context, steps from engine.plans where build_id = $1',
    values: [row.id],
  })
  const jobs = await client.query<JobRow>({
    name: 'engine-load-jobs',
    text: `select distinct on (step) ${jobColumns} from engine.jobs where build_id = $1 order by step, attempt desc`,
    values: [row.id],
  })
  const [stored] = plan.rows
  if (!stored) throw new Error(`build ${row.id} has no plan`)
  const all = jobs.rows.map(jobFromRow)
  const ofSteps = all.filter(({ step }) => step !== null)
  const { length } = stored.steps
  const build = {
    ...headerFromRow(row),
    steps: ofSteps.length > length ? [...stored.steps, ...(await readAppended(client, row.id, length))] : stored.steps,
    jobs: ofSteps,
    render: all.find(({ step }) => step === null) ?? null,
  }
  if (build.jobs.length !== build.steps.length) {
    throw new Error(`build ${row.id} has ${build.steps.length} steps and ${build.jobs.length} jobs`)
  }
  const context = currentContext(stored.context)
  return { live: liveBuild(build), version: Number(row.version), timeline: timelineOf(client), context }
}

/**
 * A build's context in the form of any release. The first release had one cache namespace, no
 * forks, and only archives as sources.
 */
type StoredContext = Omit<BuildContext, 'cache' | 'trust' | 'source'> & {
  readonly cacheNamespace?: string
  readonly cache?: BuildContext['cache']
  readonly trust?: BuildContext['trust']
  readonly source: BuildSource | { readonly kind?: undefined; readonly sha256: string; readonly blob: string } | null
}

/** Returns the context in the form of this release. */
function currentContext(stored: StoredContext): BuildContext {
  const { cacheNamespace, cache, trust, source, ...rest } = stored
  return {
    ...rest,
    cache: cache ?? oneNamespace(cacheNamespace),
    trust: trust ?? 'trusted',
    source: source && (source.kind === undefined ? { ...source, kind: 'archive' } : source),
  }
}

function oneNamespace(name: string | undefined): BuildContext['cache'] {
  if (name === undefined) throw new Error('expected a build with a cache namespace, got one without')
  return { read: [name], write: name }
}
