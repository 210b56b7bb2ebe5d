import type { Database } from '../../platform/database/transaction.ts'

/** The owner of secrets: an organization, or one of its pipelines. */
export interface SecretScope {
  readonly organizationId: string
  readonly pipelineId: string | null
}

export interface SecretRow {
  readonly id: string
  readonly name: string
  readonly branches: readonly string[] | null
  readonly events: readonly string[] | null
  /** Whether uploads may read it too, despite its limits. */
  readonly uploads: boolean
  readonly updated_at: Date
}

const columns = 'id, name, branches, events, uploads, updated_at'
const ofScope = 'organization_id = $1 and pipeline_id is not distinct from $2::uuid'

/** Lists the secrets of a scope by name, without values. */
export async function listSecrets(
  database: Database,
  { organizationId, pipelineId }: SecretScope,
): Promise<readonly SecretRow[]> {
  const { rows } = await database.query<SecretRow>({
    name: pipelineId === null ? 'list-organization-secrets' : 'list-pipeline-secrets',
    text:
      pipelineId === null
        ? `select ${columns} from secrets where organization_id = $1 and pipeline_id is null order by name`
        : `select ${columns} from secrets where pipeline_id = $1 order by name`,
    values: [pipelineId ?? organizationId],
  })
  return rows
}

/** Locks the secrets of a scope against changes until the transaction ends. */
export async function lockScope(database: Database, { organizationId, pipelineId }: SecretScope): Promise<void> {
  const table = pipelineId === null ? 'organizations' : 'pipelines'
  await database.query(`select from ${table} where id = $1 for no key update`, [pipelineId ?? organizationId])
}

export interface SecretWrite extends SecretScope {
  readonly id: string
  readonly name: string
  readonly sealedValue: Buffer
  readonly branches: readonly string[] | null
  readonly events: readonly string[] | null
  readonly uploads: boolean
}

/** Inserts or updates the secret of that id. */
export async function writeSecret(database: Database, secret: SecretWrite): Promise<void> {
  await database.query(
    `insert into secrets (id, organization_id, pipeline_id, name, sealed_value, branches, events, uploads) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set sealed_value = excluded.sealed_value, branches = excluded.branches, events = excluded.events,
       uploads = excluded.uploads, updated_at = excluded.updated_at`,
    [
      secret.id,
      secret.organizationId,
      secret.pipelineId,
      secret.name,
      secret.sealedValue,
      secret.branches,
      secret.events,
      secret.uploads,
    ],
  )
}

/** Returns false if the scope has no secret of that name. */
export async function deleteSecretRow(
  database: Database,
  { organizationId, pipelineId }: SecretScope,
  name: string,
): Promise<boolean> {
  const { rowCount } = await database.query(`delete from secrets where ${ofScope} and name = $3`, [
    organizationId,
    pipelineId,
    name,
  ])
  return rowCount === 1
}

/** Removes a secret of any scope. */
export async function deleteSecretById(database: Database, id: string): Promise<void> {
  await database.query('delete from secrets where id = $1', [id])
}

/** The facts of a build that decide which secrets it may read. */
export interface BuildAsReader {
  readonly branch: string
  readonly tag: string | null
  readonly event: string
  readonly trust: 'trusted' | 'fork'
  readonly ref_class: 'fetched' | 'upload'
  readonly organization_id: string
  readonly pipeline_id: string
}

/** Returns undefined if there is no such build. */
export async function findReader(database: Database, buildId: string): Promise<BuildAsReader | undefined> {
  const { rows } = await database.query<BuildAsReader>({
    name: 'find-secret-reader',
    text: `select r.branch, r.tag, r.event, r.trust, r.ref_class, r.pipeline_id, p.organization_id
             from build_records r join pipelines p on p.id = r.pipeline_id where r.id = $1`,
    values: [buildId],
  })
  return rows[0]
}

export interface SealedSecret extends SecretRow {
  readonly pipeline_id: string | null
  /** Null in every row if all values together exceed `mostBytes`. */
  readonly sealed_value: Buffer | null
}

/** Finds secrets by name: the pipeline's own, and its organization's. */
export async function findSecrets(
  database: Database,
  { organization_id: organizationId, pipeline_id: pipelineId }: Pick<BuildAsReader, 'organization_id' | 'pipeline_id'>,
  names: readonly string[],
  mostBytes: number,
): Promise<readonly SealedSecret[]> {
  const { rows } = await database.query<SealedSecret>({
    name: 'find-secrets',
    text: `select ${columns}, pipeline_id, case when sum(octet_length(sealed_value)) over () <= $4 then sealed_value end as sealed_value
             from (select * from secrets where organization_id = $1 and pipeline_id is null and name = any($3)
                   union all select * from secrets where pipeline_id = $2 and name = any($3)) seen`,
    values: [organizationId, pipelineId, names, mostBytes],
  })
  return rows
}
