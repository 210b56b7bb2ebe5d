/**
 * Repositories listed by forges. Repositories of a bound and not suspended connection are active;
 * the others count as absent.
 */
import type { Database } from '../../platform/database/transaction.ts'
import { queueDiscovery } from '../discovery/store.ts'
import type { ForgeRepository } from '../forge/events.ts'
import type { ForgeName } from '../forge/forge.ts'

/** An installation at GitHub or a workspace of Bitbucket, by our id. */
interface Connection {
  readonly forge: ForgeName
  readonly id: string
}

const stores = {
  github: { table: 'github_installations', column: 'github_installation_id' },
  bitbucket: { table: 'bitbucket_workspaces', column: 'bitbucket_workspace_id' },
} as const satisfies Readonly<Record<ForgeName, object>>

/**
 * Replaces the repositories of a connection by this list, which its forge returned after
 * `listedAt`, and queues their discovery. Repositories that an event added since then stay.
 */
export async function replaceRepositories(
  database: Database,
  connection: Connection,
  repositories: readonly ForgeRepository[],
  listedAt: Date,
): Promise<void> {
  const { forge, id } = connection
  await upsertRepositories(database, connection, repositories)
  await database.query({
    name: `remove-unseen-repositories-${forge}`,
    text: `delete from repositories where ${stores[forge].column} = $1 and last_synced_at < $2`,
    values: [id, listedAt],
  })
  const ids = repositories.map(({ externalId }) => externalId)
  await queueDiscovery(database, forge, ids)
}

async function upsertRepositories(
  database: Database,
  { forge, id }: Connection,
  repositories: readonly ForgeRepository[],
): Promise<void> {
  const { column } = stores[forge]
  await database.query({
    name: `upsert-repositories-${forge}`,
    text: `insert into repositories (forge, external_id, ${column}, owner, name, clone_url, default_branch, is_private)
           select $1, r.external_id, $2, r.owner, r.name, r.clone_url, r.default_branch, r.is_private
             from json_to_recordset($3) as r(external_id text, owner text, name text, clone_url text, default_branch text, is_private boolean)
            order by r.external_id
           on conflict (forge, external_id) do update
              set ${column} = excluded.${column}, owner = excluded.owner, name = excluded.name,
                  clone_url = excluded.clone_url, default_branch = excluded.default_branch, is_private = excluded.is_private,
                  last_synced_at = excluded.last_synced_at`,
    values: [
      forge,
      id,
      JSON.stringify(
        repositories.map((each) => ({
          external_id: each.externalId,
          owner: each.owner,
          name: each.name,
          clone_url: each.cloneUrl,
          default_branch: each.defaultBranch,
          is_private: each.isPrivate,
        })),
      ),
    ],
  })
}

/** Deletes repositories of a connection by the forge's ids. */
export async function removeRepositories(
  database: Database,
  { forge, id }: Connection,
  externalIds: readonly string[],
): Promise<void> {
  await database.query({
    name: `remove-repositories-${forge}`,
    text: `delete from repositories where ${stores[forge].column} = $1 and forge = $2 and external_id = any($3)`,
    values: [id, forge, externalIds],
  })
}

/** Records the result of a sync; `problem` is null if it succeeded. */
export async function recordSync(database: Database, { forge, id }: Connection, problem: string | null): Promise<void> {
  await database.query({
    name: `record-sync-${forge}`,
    text: `update ${stores[forge].table}
              set sync_problem = $2, synced_at = case when $2::text is null then date_trunc('milliseconds', now()) else synced_at end
            where id = $1`,
    values: [id, problem],
  })
}

export interface RepositoryFacts {
  readonly owner: string
  readonly name: string
  readonly clone_url: string
  readonly default_branch: string
  readonly is_private: boolean
  readonly last_synced_at: Date
}

export interface RepositoryRow extends RepositoryFacts {
  readonly id: string
  readonly external_id: string
  readonly connection_id: string
}

/** Lists the repositories of a connection, ordered by full name. */
export async function listRepositoriesOf(
  database: Database,
  { forge, id }: Connection,
): Promise<readonly RepositoryRow[]> {
  const { rows } = await database.query<RepositoryRow>(
    `select id, external_id, ${stores[forge].column} as connection_id, owner, name, clone_url, default_branch, is_private, last_synced_at
       from repositories where ${stores[forge].column} = $1 order by owner, name`,
    [id],
  )
  return rows
}

export interface ConnectedRow extends RepositoryFacts {
  readonly forge: string
  readonly account: string
}

/** Lists the active repositories of an organization. */
export async function listConnected(database: Database, organizationId: string): Promise<readonly ConnectedRow[]> {
  const { rows } = await database.query<ConnectedRow>(
    `select forge, account, owner, name, clone_url, default_branch, is_private, last_synced_at
       from active_repositories where organization_id = $1 order by id`,
    [organizationId],
  )
  return rows
}

export interface NamedRow {
  readonly repository: string
  readonly default_branch: string
}

/** Lists the repository names in the organization's pipelines, each once. */
export async function listNamedByPipelines(database: Database, organizationId: string): Promise<readonly NamedRow[]> {
  const { rows } = await database.query<NamedRow>(
    `select distinct on (repository) repository, default_branch
       from pipelines where organization_id = $1 and archived_at is null order by repository, created_at`,
    [organizationId],
  )
  return rows
}

/** Returns the organization of a build; undefined if the build does not exist. */
export async function organizationOfBuild(database: Database, buildId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ organization_id: string }>({
    name: 'organization-of-build',
    // The queue of a build is its organization. That also holds for discoveries, which belong to no
    // pipeline.
    text: 'select queue as organization_id from engine.builds where id = $1',
    values: [buildId],
  })
  return rows[0]?.organization_id
}
