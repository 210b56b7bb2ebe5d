/** Finds pipelines by the repository that defines them, and members by their accounts at forges. */
import type { Author } from '../../builds/records/build-facts.ts'
import type { PipelineRow } from '../../organizations/pipelines/store.ts'
import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeUser } from '../forge/events.ts'
import type { ConnectedRepository } from '../repositories/connected-repository.ts'

export interface TriggeredPipeline extends PipelineRow {
  /** The triggers that discovery stored; `parseTriggers` reads them. */
  readonly triggers: unknown
}

/** Lists the pipelines of a repository that are not archived. */
export async function pipelinesOf(
  database: Database,
  { organizationId, forge, address }: ConnectedRepository,
): Promise<readonly TriggeredPipeline[]> {
  const { rows } = await database.query<TriggeredPipeline>({
    name: 'pipelines-of-repository',
    text: `select * from pipelines
            where organization_id = $1 and forge = $2 and forge_repository_id = $3 and archived_at is null
            order by created_at, id`,
    values: [organizationId, forge, address.externalId],
  })
  return rows
}

/** Finds a pipeline that a repository defines and that is not archived. */
export async function findTriggered(
  database: Database,
  pipelineId: string,
): Promise<(TriggeredPipeline & Defined) | undefined> {
  const { rows } = await database.query<TriggeredPipeline & Defined>({
    name: 'find-triggered-pipeline',
    text: 'select * from pipelines where id = $1 and forge is not null and archived_at is null',
    values: [pipelineId],
  })
  return rows[0]
}

interface Defined {
  readonly forge: 'github' | 'bitbucket'
  readonly forge_repository_id: string
}

/** Returns the member who has linked this account of a forge; null if there is none. */
export async function findMember(
  database: Database,
  organizationId: string,
  forge: string,
  subject: string,
): Promise<string | null> {
  const { rows } = await database.query<{ user_id: string }>({
    name: 'find-member-by-identity',
    text: `select m.user_id from identities i join memberships m on m.user_id = i.user_id and m.organization_id = $1
            where i.provider = $2 and i.subject = $3`,
    values: [organizationId, forge, subject],
  })
  return rows[0]?.user_id ?? null
}

/** Returns the member who has linked an account, or else the name of the account. */
export async function authorOf(
  database: Database,
  { organizationId, forge }: ConnectedRepository,
  user: ForgeUser,
): Promise<Author> {
  const userId = await findMember(database, organizationId, forge, user.id)
  return { userId, name: userId === null ? user.login : null }
}
