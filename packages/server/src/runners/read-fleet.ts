/** Runners as shown to people: their presence, their jobs, and the jobs that wait for them. */
import type { components } from '@harmont/contract'
import { defaultPool, type PresentRunner, reaches, type Store, stepOf } from '@harmont/engine'
import type pg from 'pg'
import type { Database } from '../platform/database/transaction.ts'
import type { Complete } from '../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../platform/input/instant.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import { version } from '../platform/version.ts'
import { type ListedRunner, listRunners, stateOfRunner } from './list-runners.ts'
import { isManageable, type Looker } from './looker.ts'

type Schemas = components['schemas']

export interface FleetServices {
  readonly pool: pg.Pool
  readonly engine: { readonly store: Pick<Store, 'runners' | 'now'> }
  readonly settings: Pick<Settings, 'operators' | 'role' | 'runner' | 'runnerSlots'>
}

/** The maximum number of a runner's jobs that are listed. */
const jobsNamed = 10

/**
 * Runners and waiting jobs, without the names of jobs: cheap enough to poll for changes every few
 * seconds.
 */
interface Fleet {
  readonly runners: readonly ListedRunner[]
  readonly demand: readonly DemandRow[]
  readonly present: readonly PresentRunner[]
}

interface DemandRow {
  readonly queue: string
  readonly pool: string
  readonly labels: readonly string[]
  readonly jobs: number
  readonly since: Date
}

/**
 * Reads the runners that may take jobs of an organization, and the jobs that wait for them; null
 * for all organizations.
 */
async function readFleet({ pool, engine }: FleetServices, organizationId: string | null): Promise<Fleet> {
  const { store } = engine
  const [runners, demand, present] = await Promise.all([
    listRunners(pool, organizationId),
    readDemand(pool, organizationId),
    store.runners.present(store.now()),
  ])
  return { runners: runners.filter(({ isRevoked }) => !isRevoked), demand, present }
}

async function readDemand(database: Database, queue: string | null): Promise<readonly DemandRow[]> {
  const { rows } = await database.query<DemandRow>({
    name: 'read-runner-demand',
    text: `select queue, coalesce(pool, '${defaultPool}') as pool, coalesce(labels, '{}') as labels,
                  count(*)::int as jobs, min(ready_at) as since
             from engine.ready
            where gate is null and coalesce(not_before, now()) <= now() and ($1::text is null or queue = $1)
            group by 1, 2, 3 order by since limit 500`,
    values: [queue],
  })
  return rows
}

/** Returns a text that changes when the page of runners changes, except for times. */
export async function markOfFleet(services: FleetServices, organizationId: string | null): Promise<string> {
  const { runners, demand, present } = await readFleet(services, organizationId)
  return JSON.stringify([
    runners.map((runner) => ({
      ...runner,
      seenAt: null,
      silentSeconds: null,
      room: null,
      state: stateOfRunner(runner),
    })),
    demand.map(({ since: _, ...row }) => row),
    present.map(({ id }) => id).sort(),
  ])
}

/** Reads all data of the page of runners. */
export async function readRunnerList(
  services: FleetServices,
  looker: Looker,
): Promise<Complete<Schemas['RunnerList']>> {
  const fleet = await readFleet(services, looker.scope)
  const jobs = await readHeldJobs(services.pool, fleet.runners, looker.scope)
  const { settings } = services
  const own = settings.role === 'all' && settings.runner !== 'off' ? settings.runnerSlots : null
  const runners = fleet.runners.map((runner) => ({ ...runner, slots: runner.kind === 'server' ? own : runner.slots }))
  return {
    data: runners.map((runner) => presentRunner(looker, runner, jobs.get(runner.id) ?? [])),
    pools: poolsOf({ ...fleet, runners }),
    operator: looker.isOperator,
  }
}

function presentRunner(looker: Looker, runner: ListedRunner, jobs: readonly HeldJobRow[]): Complete<Schemas['Runner']> {
  const { organizations } = runner
  return {
    id: runner.id,
    name: runner.name,
    kind: runner.kind,
    pool: runner.pool,
    labels: [...runner.labels],
    organizations: seenBy(looker, organizations),
    secrets: runner.getsSecrets,
    state: stateOfRunner(runner),
    release: runner.kind === 'server' ? version : runner.version,
    protocol: runner.protocol,
    slots: runner.slots,
    disk_free_bytes: runner.room?.freeBytes ?? null,
    disk_size_bytes: runner.room?.sizeBytes ?? null,
    snapshots: runner.room?.snapshots ?? null,
    jobs: jobs.map(({ runner: _, since, ...job }) => ({ ...job, since: formatInstant(since) })),
    other_jobs: Math.max(0, runner.leases.length - jobs.length),
    joined_at: formatOptionalInstant(runner.joinedAt),
    started_at: formatOptionalInstant(runner.startedAt),
    seen_at: formatOptionalInstant(runner.seenAt),
    draining_since: formatOptionalInstant(runner.drainsAt),
    manageable: isManageable(looker, organizations),
  }
}

/** Omits organizations other than the viewer's, unless the viewer sees the whole server. */
export function seenBy({ scope, slug }: Looker, organizations: readonly string[] | null): string[] | null {
  if (organizations === null) return null
  return scope === null ? [...organizations] : [slug]
}

interface HeldJobRow extends Omit<Schemas['RunnerJob'], 'since' | 'name'> {
  readonly runner: string
  readonly name: string | null
  readonly since: Date
}

/** Reads the oldest jobs of each runner, of one organization or of all. */
async function readHeldJobs(
  database: Database,
  runners: readonly ListedRunner[],
  organizationId: string | null,
): Promise<ReadonlyMap<string, readonly HeldJobRow[]>> {
  const busy = runners.filter(({ leases }) => leases.length > 0).map(({ id }) => id)
  if (busy.length === 0) return new Map()
  const { rows } = await database.query<HeldJobRow>({
    name: 'read-held-jobs',
    text: `select w.runner, j.id as job_id, ${stepOf('n', 'j')}->>'name' as name, o.slug as organization, p.slug as pipeline_slug,
                  b.number as build_number, j.state, coalesce(j.assigned_at, j.started_at, j.created_at) as since
             from unnest($1::text[]) as w(runner) cross join lateral (
               select l.job_id, l.build_id, b.number, b.pipeline_id from engine.leases l join build_records b on b.id = l.build_id
                where l.runner = w.runner and ($2::uuid is null or b.organization_id = $2)
                order by l.job_id limit ${jobsNamed}) b
             join engine.jobs j on j.id = b.job_id join pipelines p on p.id = b.pipeline_id
             join organizations o on o.id = p.organization_id left join engine.plans n on n.build_id = b.build_id
            order by since, j.id`,
    values: [busy, organizationId],
  })
  return Map.groupBy(rows, ({ runner }) => runner)
}

/** Summarises the runners and waiting jobs of each pool, the default pool first. */
function poolsOf({ runners, demand, present }: Fleet): Complete<Schemas['RunnerPool']>[] {
  const names = new Set([...runners, ...demand].map(({ pool }) => pool))
  const order = (name: string) => (name === defaultPool ? '' : name)
  return [...names]
    .sort((one, other) => (order(one) < order(other) ? -1 : 1))
    .map((name) => {
      const own = runners.filter((runner) => runner.pool === name)
      const there = own.filter((runner) => stateOfRunner(runner) === 'connected')
      return {
        name,
        connected: there.length,
        slots: there.reduce((sum, { slots }) => sum + (slots ?? 0), 0),
        busy: own.reduce((sum, { leases }) => sum + leases.length, 0),
        waiting: waitingOf(
          demand.filter(({ pool }) => pool === name),
          present,
        ),
      }
    })
}

/** Merges the demand of organizations by labels, and determines whether a runner takes it. */
function waitingOf(
  demand: readonly DemandRow[],
  present: readonly PresentRunner[],
): Complete<Schemas['RunnerDemand']>[] {
  const rows = demand.map(({ queue, pool, labels, jobs, since }) => {
    const runsOn = { pool, labels: [...labels] }
    return {
      labels: runsOn.labels,
      jobs,
      since,
      served: present.some(({ reach }) => reaches(reach, queue, { runsOn })),
    }
  })
  const groups = Map.groupBy(rows, ({ labels, served }) => JSON.stringify([labels, served]))
  return [...groups.values()].flatMap((group) => {
    // Demand is sorted, oldest first.
    const [oldest] = group
    if (oldest === undefined) return []
    const jobs = group.reduce((sum, row) => sum + row.jobs, 0)
    return [{ labels: oldest.labels, jobs, since: formatInstant(oldest.since), served: oldest.served }]
  })
}
