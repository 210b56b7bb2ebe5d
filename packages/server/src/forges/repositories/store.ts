/** Repositories that forges show us. Those of installations that are bound and not suspended are active; the others count as absent. */
import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeRepository } from '../forge/events.ts'
import type { ForgeName } from '../forge/forge.ts'

/** Through what a forge shows repositories, by our id: an installation of our App at GitHub, or a workspace of Bitbucket. */
export interface RepositoryHolder {
  readonly forge: ForgeName
  readonly id: string
}

/** The column that names a repository's holder. */
const holderColumn = {
  github: 'github_installation_id',
  bitbucket: 'bitbucket_workspace_id',
} as const satisfies Readonly<Record<ForgeName, string>>

/** Keeps repositories as their forge shows them through a holder. */
export async function keepRepositories(
  database: Database,
  { forge, id }: RepositoryHolder,
  repositories: readonly ForgeRepository[],
): Promise<void> {
  const column = holderColumn[forge]
  await database.query({
    name: `keep-repositories-${forge}`,
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

/** Forgets repositories of a holder by the forge's ids. */
export async function removeRepositories(
  database: Database,
  { forge, id }: RepositoryHolder,
  externalIds: readonly string[],
): Promise<void> {
  await database.query({
    name: `remove-repositories-${forge}`,
    text: `delete from repositories where ${holderColumn[forge]} = $1 and forge = $2 and external_id = any($3)`,
    values: [id, forge, externalIds],
  })
}

/** Forgets those of a holder that were not seen since an instant. */
export async function removeUnseenRepositories(
  database: Database,
  { forge, id }: RepositoryHolder,
  since: Date,
): Promise<void> {
  await database.query({
    name: `remove-unseen-repositories-${forge}`,
    text: `delete from repositories where ${holderColumn[forge]} = $1 and last_synced_at < $2`,
    values: [id, since],
  })
}

export interface RepositoryRow {
  readonly id: string
  readonly external_id: string
  readonly holder_id: string
  readonly owner: string
  readonly name: string
  readonly clone_url: string
  readonly default_branch: string
  readonly is_private: boolean
  readonly last_synced_at: Date
}

/** By full name. */
export async function listRepositoriesOf(
  database: Database,
  { forge, id }: RepositoryHolder,
): Promise<readonly RepositoryRow[]> {
  const { rows } = await database.query<RepositoryRow>(
    `select id, external_id, ${holderColumn[forge]} as holder_id, owner, name, clone_url, default_branch, is_private, last_synced_at
       from repositories where ${holderColumn[forge]} = $1 order by owner, name`,
    [id],
  )
  return rows
}

export interface ConnectedRow {
  readonly forge: string
  readonly account: string
  readonly owner: string
  readonly name: string
  readonly clone_url: string
  readonly default_branch: string
  readonly is_private: boolean
  readonly last_synced_at: Date
}

/** Active ones of an organization. */
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

/** What the organization's pipelines call their repositories, each once. */
export async function listNamedByPipelines(database: Database, organizationId: string): Promise<readonly NamedRow[]> {
  const { rows } = await database.query<NamedRow>(
    `select distinct on (repository) repository, default_branch
       from pipelines where organization_id = $1 and archived_at is null order by repository, created_at`,
    [organizationId],
  )
  return rows
}

/** To which organization a build belongs; undefined: there is no such build. */
export async function organizationOfBuild(database: Database, buildId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ organization_id: string }>({
    name: 'organization-of-build',
    // The engine's builds of an organization stand in its queue, those that are no pipeline's too.
    text: 'select queue as organization_id from engine.builds where id = $1',
    values: [buildId],
  })
  return rows[0]?.organization_id
}
