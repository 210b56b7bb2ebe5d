import { authenticate } from '../access/authenticate.ts'
import type { Database } from '../database/transaction.ts'
import { apiError, uuidOrNone } from '../http/index.ts'
import { readLogToken } from './log-token.ts'
import { findBuildOfJob, mayReadBuild } from './store.ts'

export interface LogCredential {
  readonly token: string | undefined
  readonly bearer: string | null
}

/** The job whose log a request may read. A token in the query decides alone. Throws 401, then 403, which says nothing of whether the job exists. */
export async function requireLog(
  database: Database,
  secret: string,
  credential: LogCredential,
  sentJobId: string,
): Promise<{ readonly jobId: string; readonly buildId: string }> {
  const mayRead = await whatMayBeRead(database, secret, credential)
  const jobId = uuidOrNone(sentJobId)
  const buildId = await findBuildOfJob(database, jobId)
  if (buildId !== undefined && (await mayRead(buildId))) return { jobId, buildId }
  throw apiError('log_stream_forbidden', 'There is no such job in the build that this credential is for.')
}

async function whatMayBeRead(
  database: Database,
  secret: string,
  { token, bearer }: LogCredential,
): Promise<(buildId: string) => Promise<boolean>> {
  if (token !== undefined) {
    const allowed = readLogToken(secret, token, new Date())
    if (allowed === null) throw unauthorized('The log token is malformed, forged or expired')
    return async (buildId) => buildId === allowed
  }
  const caller = bearer === null ? null : await authenticate(database, bearer)
  if (caller === null) throw unauthorized(bearer === null ? 'A log token is needed' : 'The credential is not known')
  return (buildId) => mayReadBuild(database, caller.userId, buildId)
}

function unauthorized(what: string): Error {
  return apiError('log_stream_unauthorized', `${what}; ask for a new one with \`GET …/builds/{number}/log-token\`.`, {
    headers: { 'www-authenticate': 'Bearer' },
  })
}
