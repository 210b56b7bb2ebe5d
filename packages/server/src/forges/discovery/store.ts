/** Discoveries: renderings of all pipelines of a repository, of which the newest counts. */
import type { EnvelopeError } from '@harmont/render'
import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeName } from '../forge/forge.ts'
import type { ConnectedRepository } from '../repositories/connected-repository.ts'

export interface DiscoveryRow {
  readonly id: string
  readonly organization_id: string
  readonly forge: ForgeName
  readonly forge_repository_id: string
  readonly commit: string
  readonly position: string
  readonly state: 'rendering' | 'applied' | 'superseded' | 'failed'
}

export async function insertDiscovery(
  database: Database,
  id: string,
  { organizationId, forge, address }: ConnectedRepository,
  commit: string,
): Promise<void> {
  await database.query({
    name: 'insert-discovery',
    text: `insert into discoveries (id, organization_id, forge, forge_repository_id, commit) values ($1, $2, $3, $4, $5)`,
    values: [id, organizationId, forge, address.externalId, commit],
  })
}

/** Finds the newest discovery of a repository. */
export async function newestDiscovery(
  database: Database,
  { organizationId, forge, address }: ConnectedRepository,
): Promise<DiscoveryRow | undefined> {
  const { rows } = await database.query<DiscoveryRow>({
    name: 'newest-discovery',
    text: `select * from discoveries where organization_id = $1 and forge = $2 and forge_repository_id = $3
            order by position desc limit 1`,
    values: [organizationId, forge, address.externalId],
  })
  return rows[0]
}

export async function findDiscovery(database: Database, id: string): Promise<DiscoveryRow | undefined> {
  const { rows } = await database.query<DiscoveryRow>({
    name: 'find-discovery',
    text: 'select * from discoveries where id = $1',
    values: [id],
  })
  return rows[0]
}

/**
 * Prevents other discoveries of the repository from being started or applied until the transaction
 * ends.
 */
export async function lockRepository(
  database: Database,
  {
    organization_id,
    forge,
    forge_repository_id,
  }: Pick<DiscoveryRow, 'organization_id' | 'forge' | 'forge_repository_id'>,
): Promise<void> {
  await database.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `discovery ${organization_id} ${forge} ${forge_repository_id}`,
  ])
}

/** Returns whether a later discovery of the repository has ended. */
export async function isSuperseded(database: Database, row: DiscoveryRow): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'is-discovery-superseded',
    text: `select from discoveries
            where organization_id = $1 and forge = $2 and forge_repository_id = $3 and position > $4
              and state in ('applied', 'failed') limit 1`,
    values: [row.organization_id, row.forge, row.forge_repository_id, row.position],
  })
  return rowCount === 1
}

export async function endDiscovery(
  database: Database,
  id: string,
  state: DiscoveryRow['state'],
  errors: readonly object[],
): Promise<void> {
  await database.query({
    name: 'end-discovery',
    text: 'update discoveries set state = $2, errors = $3 where id = $1',
    values: [id, state, JSON.stringify(errors)],
  })
}

/** The result of a discovery. */
export interface EndedDiscovery {
  readonly errors: readonly EnvelopeError[]
  readonly organization_slug: string
  readonly created_at: Date
}

/** Finds the errors of a discovery; undefined if it has not ended. */
export async function findDiscoveryErrors(database: Database, id: string): Promise<EndedDiscovery | undefined> {
  const { rows } = await database.query<EndedDiscovery>({
    name: 'find-discovery-errors',
    text: `select d.errors, o.slug as organization_slug, d.created_at
             from discoveries d join organizations o on o.id = d.organization_id
            where d.id = $1 and d.state in ('applied', 'failed')`,
    values: [id],
  })
  return rows[0]
}

/** Deletes discoveries older than 30 days, except each repository's newest. Returns the number. */
export async function removeOldDiscoveries(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `delete from discoveries d
      where created_at < now() - interval '30 days' and state <> 'rendering'
        and exists (select from discoveries later
                     where later.organization_id = d.organization_id and later.forge = d.forge
                       and later.forge_repository_id = d.forge_repository_id and later.position > d.position)`,
  )
  return rowCount ?? 0
}

/** Discoveries of one queue start in order, so that the newest head of a branch comes last. */
const queues = 8

/**
 * Queues the discovery of repositories, by their forge's ids. Requests before it starts are merged
 * into one. `again`: also if the last discovery of the same commit was applied. The priority is
 * low, because an installation may have thousands of repositories.
 */
export async function queueDiscovery(
  database: Database,
  forge: ForgeName,
  externalIds: readonly string[],
  again = false,
): Promise<void> {
  await database.query({
    name: 'queue-discovery',
    text: `select graphile_worker.add_job('discover', json_build_object('forge', $1::text, 'repository', id, 'again', $3::boolean),
                    queue_name := 'discover-' || (abs(hashtext(id)) % ${queues}), job_key := 'discover:' || $1 || ':' || id, priority := 10)
             from unnest($2::text[]) as id`,
    values: [forge, externalIds, again],
  })
}
