/** Lists and changes runners, for admins and operators. */
import type { RunnerRoom } from '@harmont/engine'
import type pg from 'pg'
import { type Actor, recordAudit, systemActor } from '../platform/audit/record-audit.ts'
import { type Database, transaction } from '../platform/database/transaction.ts'
import { auditKey } from './keys.ts'

export interface ListedRunner {
  readonly id: string
  readonly name: string
  /** `server` runs in a process of the server; the others have joined with a key. */
  readonly kind: 'joined' | 'server'
  readonly pool: string
  readonly labels: readonly string[]
  /** Slugs of the organizations whose jobs it takes; null for all. */
  readonly organizations: readonly string[] | null
  readonly getsSecrets: boolean
  readonly version: string | null
  readonly protocol: number | null
  readonly slots: number | null
  /** The jobs that it holds, each with its id and whether it has started. */
  readonly leases: readonly string[]
  readonly joinedAt: Date | null
  /** The start of its newest process. */
  readonly startedAt: Date | null
  readonly seenAt: Date | null
  readonly drainsAt: Date | null
  readonly isRevoked: boolean
  /** The disk space of its machine, and its snapshots; null until it has reported them. */
  readonly room: RunnerRoom | null
  /** Seconds since its last renewal; null when it never renewed. */
  readonly silentSeconds: number | null
}

/** A runner without a renewal for this long is shown as away. */
const awaySeconds = 20

const columns = `nullif(e.seen_at, 'epoch') as "seenAt", e.drains_at as "drainsAt",
  extract(epoch from now() - nullif(e.seen_at, 'epoch'))::int as "silentSeconds",
  case when e.size_bytes is not null then json_build_object('freeBytes', e.free_bytes, 'sizeBytes', e.size_bytes, 'snapshots', e.snapshots) end as room,
  array(select l.job_id || ' ' || l.started from engine.leases l where l.runner = coalesce(r.id::text, e.id) order by l.job_id) as leases`

/** A process of the server does not report the name of its machine. */
const nameOfServersRunner = 'the server'

const listText = `
  select r.id::text, r.name, 'joined' as kind, k.pool, k.labels, case when not k.every_organization then array(
           select o.slug from runner_key_organizations l join organizations o on o.id = l.organization_id
            where l.key_id = k.id order by o.slug) end as organizations,
         k.gets_secrets as "getsSecrets", r.version, r.protocol, r.slots, r.joined_at as "joinedAt",
         r.session_at as "startedAt", r.revoked_at is not null as "isRevoked", ${columns}
    from runners r join runner_keys k on k.id = r.key_id left join engine.runners e on e.id = r.id::text
   where $1::uuid is null or k.every_organization
      or exists (select from runner_key_organizations l where l.key_id = k.id and l.organization_id = $1)
  union all
  select e.id, '${nameOfServersRunner}', 'server', coalesce(e.pool, 'default'), coalesce(e.labels, '{}'), null, true, null, null, null, null, null, false, ${columns}
    from engine.runners e left join runners r on r.id::text = e.id
   where r.id is null and e.seen_at > now() - interval '1 hour'
   order by pool, name, id`

/** Lists the runners that may take jobs of an organization, or all, by pool and name. */
export async function listRunners(database: Database, organizationId: string | null): Promise<readonly ListedRunner[]> {
  const { rows } = await database.query<ListedRunner>({
    name: 'list-runners',
    text: listText,
    values: [organizationId],
  })
  return rows
}

/** Returns whether a runner is connected, and whether it takes jobs. */
export function stateOfRunner({ isRevoked, drainsAt, silentSeconds }: ListedRunner): RunnerState {
  if (isRevoked) return 'revoked'
  if (silentSeconds === null) return drainsAt === null ? 'new' : 'draining'
  if (silentSeconds > awaySeconds) return 'away'
  return drainsAt === null ? 'connected' : 'draining'
}

export type RunnerState = 'new' | 'connected' | 'draining' | 'away' | 'revoked'

/** Returns the ids of the runners that have this name, or an id with this prefix. */
export async function findRunners(database: Database, wanted: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    'select id from runners where revoked_at is null and (name = $1 or starts_with(id::text, lower($1))) order by id',
    [wanted],
  )
  return rows.map(({ id }) => id)
}

/** Returns the names and pools of runners by their ids, revoked ones included. */
export async function findRunnerNames(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly name: string; readonly pool: string }>> {
  if (ids.length === 0) return new Map()
  const { rows } = await database.query<{ id: string; name: string; pool: string }>({
    name: 'find-runner-names',
    text: `select w.id, coalesce(r.name, '${nameOfServersRunner}') as name, coalesce(k.pool, e.pool, 'default') as pool
             from unnest($1::text[]) as w(id) left join runners r on r.id::text = w.id left join runner_keys k on k.id = r.key_id
             left join engine.runners e on e.id = w.id where r.id is not null or e.id is not null`,
    values: [ids],
  })
  return new Map(rows.map(({ id, ...runner }) => [id, runner]))
}

/**
 * Drains a runner: it gets no new job until it is resumed or restarts. Its current jobs continue.
 */
export async function drainRunner(pool: pg.Pool, id: string, actor: Actor = systemActor): Promise<void> {
  await transaction(pool, (client) => drainWithin(client, id, actor))
}

/** Drains a runner within a transaction. */
export async function drainWithin(client: Database, id: string, actor: Actor): Promise<void> {
  if (await stopLeasing(client, id)) await auditRunner(client, id, actor, 'runner.drained')
}

/** Resumes a draining runner. */
export async function resumeRunner(pool: pg.Pool, id: string, actor: Actor = systemActor): Promise<void> {
  await transaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update engine.runners set drains_at = null where id = $1 and drains_at is not null',
      [id],
    )
    if (rowCount === 1) await auditRunner(client, id, actor, 'runner.resumed')
  })
}

/**
 * Revokes a runner: all its requests are refused from then on. Its jobs start again when their
 * leases end.
 */
export async function revokeRunner(pool: pg.Pool, id: string, actor: Actor = systemActor): Promise<void> {
  await transaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update runners set revoked_at = now() where id = $1 and revoked_at is null',
      [id],
    )
    if (rowCount !== 1) return
    await client.query('delete from runner_tokens where runner_id = $1 and expires_at <= now()', [id])
    // A lease request may be waiting: a drained runner gets no job.
    await stopLeasing(client, id)
    await auditRunner(client, id, actor, 'runner.revoked')
  })
}

/** Returns whether the runner was taking work. */
async function stopLeasing(client: Database, id: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into engine.runners as e (id, seen_at, drains_at) values ($1, 'epoch', now())
     on conflict (id) do update set drains_at = excluded.drains_at where e.drains_at is null`,
    [id],
  )
  return rowCount === 1
}

/**
 * Records a change of a runner; for a runner of the server itself, not in any organization's log.
 */
async function auditRunner(client: Database, id: string, actor: Actor, action: string): Promise<void> {
  const { rows } = await client.query<{ key_id: string; name: string }>(
    'select key_id, name from runners where id::text = $1',
    [id],
  )
  const [row] = rows
  const event = { action, subject: id, details: { name: row?.name ?? nameOfServersRunner } }
  if (row === undefined) await recordAudit(client, actor, { ...event, organizationId: null })
  else await auditKey(client, row.key_id, actor, event)
}

/** Removes revoked runners and invalid keys after a month. Returns how many. */
export async function removeDeadRunners(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `with dead as (delete from runners where revoked_at < now() - interval '30 days' returning id)
     delete from engine.runners e using dead where e.id = dead.id::text`,
  )
  const keys = await database.query(
    `delete from runner_keys k where least(revoked_at, expires_at) < now() - interval '30 days'
       and not exists (select from runners r where r.key_id = k.id)`,
  )
  return (rowCount ?? 0) + (keys.rowCount ?? 0)
}
