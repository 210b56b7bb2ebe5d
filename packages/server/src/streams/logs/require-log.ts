import { authenticate } from '../../identity/access/authenticate.ts'
import { type Holder, mayStay } from '../../identity/access/may-stay.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError, type Credential, requireScope, uuidOrNone } from '../../platform/http/index.ts'
import { type LogRight, type LogTokenSecrets, readLogToken } from './log-token.ts'
import { findBuildOfJob, findOrganizationOfBuild, findReadOrganization } from './store.ts'

export interface LogCredential {
  readonly token: string | undefined
  readonly credential: Credential | null
}

/** A log that a request may read. */
export interface ReadableLog {
  readonly jobId: string
  readonly buildId: string
  /** By what it is read; null for a log token that names nothing, which a stream may outlive. */
  readonly holder: Holder | null
}

/** The job whose log a request may read. A token in the query decides alone. Throws 401, then 403, which says nothing of whether the job exists. */
export async function requireLog(
  database: Database,
  secrets: LogTokenSecrets,
  shown: LogCredential,
  sentJobId: string,
): Promise<ReadableLog> {
  const holderOf = await whatMayBeRead(database, secrets, shown)
  const jobId = uuidOrNone(sentJobId)
  const buildId = await findBuildOfJob(database, jobId)
  const holder = buildId === undefined ? undefined : await holderOf(buildId)
  if (buildId !== undefined && holder !== undefined) return { jobId, buildId, holder }
  throw apiError('log_stream_forbidden', 'Job not found in the build of this credential.')
}

/** Gives by what a build is read: undefined where it may not be. */
async function whatMayBeRead(
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

/** Throws 401 when what the token was asked for with has ended. */
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
