import { authenticate } from '../access/authenticate.ts'
import type { Database } from '../database/transaction.ts'
import type { Reader } from '../event-streams/while-member.ts'
import { apiError, type Credential, requireScope, uuidOrNone } from '../http/index.ts'
import { type LogTokenSecrets, readLogToken } from './log-token.ts'
import { findBuildOfJob, findReadOrganization } from './store.ts'

export interface LogCredential {
  readonly token: string | undefined
  readonly credential: Credential | null
}

/** A log that a request may read. */
export interface ReadableLog {
  readonly jobId: string
  readonly buildId: string
  /** The member by whose right it is read; null for a log token, which a stream may outlive. */
  readonly reader: Reader | null
}

/** The job whose log a request may read. A token in the query decides alone. Throws 401, then 403, which says nothing of whether the job exists. */
export async function requireLog(
  database: Database,
  secrets: LogTokenSecrets,
  shown: LogCredential,
  sentJobId: string,
): Promise<ReadableLog> {
  const readerOf = await whatMayBeRead(database, secrets, shown)
  const jobId = uuidOrNone(sentJobId)
  const buildId = await findBuildOfJob(database, jobId)
  const reader = buildId === undefined ? undefined : await readerOf(buildId)
  if (buildId !== undefined && reader !== undefined) return { jobId, buildId, reader }
  throw apiError('log_stream_forbidden', 'There is no such job in the build that this credential is for.')
}

/** Gives who reads a build: undefined where nobody may. */
async function whatMayBeRead(
  database: Database,
  secrets: LogTokenSecrets,
  { token, credential }: LogCredential,
): Promise<(buildId: string) => Promise<Reader | null | undefined>> {
  if (token !== undefined) {
    const allowed = readLogToken(secrets, token, new Date())
    if (allowed === null) throw unauthorized('The log token is malformed, forged or expired')
    return async (buildId) => (buildId === allowed ? null : undefined)
  }
  const caller = credential === null ? null : await authenticate(database, credential)
  if (caller === null) throw unauthorized(credential === null ? 'A log token is needed' : 'The credential is not known')
  requireScope('streamJobLogs', caller)
  return async (buildId) => {
    const organizationId = await findReadOrganization(database, caller, buildId)
    return organizationId === undefined ? undefined : { organizationId, userId: caller.userId }
  }
}

function unauthorized(what: string): Error {
  return apiError('log_stream_unauthorized', `${what}; ask for a new one with \`GET …/builds/{number}/log-token\`.`, {
    headers: { 'www-authenticate': 'Bearer' },
  })
}
