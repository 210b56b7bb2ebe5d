import { authenticate } from '../../identity/access/authenticate.ts'
import { type Holder, mayStay } from '../../identity/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError, type Caller, type Credential, requireScope, uuidOrNone } from '../../platform/http/index.ts'
import { type LogRight, type LogTokenSecrets, readLogToken } from './log-token.ts'

interface LogCredential {
  readonly token: string | undefined
  readonly credential: Credential | null
}

/** A log that a request may read. */
interface ReadableLog {
  readonly jobId: string
  readonly buildId: string
  /** The holder of the access; null for a log token that names none. */
  readonly holder: Holder | null
}

/**
 * Finds the job whose log a request may read. If the query has a token, only the token counts.
 * Throws 401, then 403, which does not reveal whether the job exists.
 */
export async function requireLog(
  database: Database,
  secrets: LogTokenSecrets,
  shown: LogCredential,
  sentJobId: string,
): Promise<ReadableLog> {
  const holderOf = await holderFinder(database, secrets, shown)
  const jobId = uuidOrNone(sentJobId)
  const buildId = await findBuildOfJob(database, jobId)
  const holder = buildId === undefined ? undefined : await holderOf(buildId)
  if (buildId !== undefined && holder !== undefined) return { jobId, buildId, holder }
  throw apiError('log_stream_forbidden', 'Job not found in the build of this credential.')
}

/** Returns a function that finds the holder with access to a build; undefined for no access. */
async function holderFinder(
  database: Database,
  secrets: LogTokenSecrets,
  { token, credential }: LogCredential,
): Promise<(buildId: string) => Promise<Holder | null | undefined>> {
  if (token !== undefined) {
    const right = readLogToken(secrets, token, new Date())
    if (right === null) throw unauthorized('The log token is malformed, forged or expired')
    const holder = await holderOfToken(database, right)
    return async (buildId) => (buildId === right.buildId ? holder : undefined)
  }
  const caller = credential === null ? null : await authenticate(database, credential)
  if (caller === null) throw unauthorized(credential === null ? 'A log token is required' : 'The credential is invalid')
  requireScope('read', caller)
  return async (buildId) => {
    const organizationId = await findReadOrganization(database, caller, buildId)
    return organizationId === undefined ? undefined : { organizationId, credentialId: caller.credentialId }
  }
}

/** Throws 401 if the credential that requested the token has ended. */
async function holderOfToken(database: Database, { buildId, credentialId }: LogRight): Promise<Holder | null> {
  if (credentialId === null) return null
  const organizationId = await findOrganizationOfBuild(database, uuidOrNone(buildId))
  const holder = organizationId === undefined ? null : { organizationId, credentialId: uuidOrNone(credentialId) }
  if (holder !== null && (await mayStay(database, holder))) return holder
  throw unauthorized('The membership, session or key behind the log token has ended')
}

function unauthorized(what: string): Error {
  return apiError('log_stream_unauthorized', `${what}; ask for a new one with \`GET …/builds/{number}/log-token\`.`, {
    headers: { 'www-authenticate': 'Bearer' },
  })
}

/** Finds the build of a job, or of a service; undefined when there is none. */
export async function findBuildOfJob(database: Database, jobId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ build_id: string }>({
    name: 'find-build-of-job',
    text: 'select j.build_id from engine.log_jobs l join engine.jobs j on j.id = l.job_id where l.id = $1',
    values: [jobId],
  })
  return rows[0]?.build_id
}

async function findOrganizationOfBuild(database: Database, buildId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ organization_id: string }>({
    name: 'find-organization-of-build',
    text: 'select organization_id from build_records where id = $1',
    values: [buildId],
  })
  return rows[0]?.organization_id
}

/** Finds the organization of a build that the caller may read; undefined for any other build. */
async function findReadOrganization(database: Database, caller: Caller, buildId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ organization_id: string }>({
    name: 'find-read-organization',
    text: `select p.organization_id from build_records r
             join pipelines p on p.id = r.pipeline_id
             join memberships m on m.organization_id = p.organization_id and m.user_id = $2
            where r.id = $1 and ($3::uuid[] is null or p.organization_id = any ($3))`,
    values: [buildId, caller.userId, caller.organizationIds],
  })
  return rows[0]?.organization_id
}
