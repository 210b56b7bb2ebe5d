import { parseSetCookie } from 'cookie'
import { pino } from 'pino'
import { createLimiter } from '../../rate-limits/limiter.ts'
import { ProcessBuckets } from '../../rate-limits/process-buckets.ts'
import { apiError } from '../api-error.ts'
import { sessionCookies } from '../authorization/session-cookies.ts'
import type { BlobSink } from '../body/build-body.ts'
import { createHttp, type Handlers, type HttpOptions } from '../index.ts'
import { testHandlers, userId } from './handlers.ts'

const publicUrl = 'https://harmont.example'
/** A further origin whose pages may call the API. */
export const listedOrigin = 'https://app.example'
export const ownerToken = 'owner-token'
export const memberToken = 'member-token'
export const strangerToken = 'stranger-token'
/** A member's key with read access only. */
export const narrowToken = 'narrow-token'

const cookies = sessionCookies(publicUrl, 'the-cookie-key-of-tests')

/** Returns the `cookie` header of a browser whose session has this token. */
export function sessionCookie(token: string): string {
  return `${cookies.name}=${token}`
}

/**
 * Returns the CSRF header of the session's own page. In this server, the id of a credential is its
 * token.
 */
export function csrfHeader(token: string): { 'x-csrf-token': string } {
  const csrf = parseSetCookie(cookies.set({ id: token, token })[1] ?? '').value ?? ''
  return { 'x-csrf-token': csrf }
}

/** An error of a driver that lost its server. */
export class DatabaseGone extends Error {}

/** Counts the bytes that sinks receive, and stores nothing. */
interface SinkRecord {
  bytes: number
  finished: number
  aborted: number
}

function countingSink(record: SinkRecord): BlobSink {
  return {
    write: async (bytes) => {
      record.bytes += bytes.length
    },
    finish: async () => {
      record.finished += 1
      return `blob-${record.finished}`
    },
    abort: async () => {
      record.aborted += 1
    },
  }
}

export interface TestServer {
  readonly url: string
  readonly port: number
  readonly sink: SinkRecord
  /** All lines logged so far. */
  readonly lines: string[]
  readonly close: () => Promise<void>
}

/**
 * Starts a server with the small feature on a free port. `handlers` and `options` override its own.
 */
export async function startTestServer(
  handlers: Partial<Handlers> = {},
  timeouts: NonNullable<HttpOptions['timeouts']> = {},
  options: Partial<HttpOptions> = {},
): Promise<TestServer> {
  const sink = { bytes: 0, finished: 0, aborted: 0 }
  const lines: string[] = []
  const app = createHttp({
    handlers: { ...testHandlers, ...handlers },
    access: {
      identify: async ({ token, isCookie }, slug) => {
        if (![ownerToken, memberToken, strangerToken, narrowToken].includes(token)) return null
        return {
          caller: {
            userId,
            credentialId: token,
            kind: 'key',
            keyId: token,
            isCookie,
            scopes: token === narrowToken ? ['read'] : ['read', 'build', 'manage', 'account'],
            organizationIds: null,
            expiresAt: null,
          },
          membership:
            slug !== 'acme' || token === strangerToken
              ? null
              : { organizationId: 'o1', organizationSlug: slug, role: token === ownerToken ? 'owner' : 'member' },
        }
      },
    },
    openBlobSink: async () => countingSink(sink),
    limiter: createLimiter(new ProcessBuckets(), 'off'),
    // Responses are stored in the database, which the tests in ../idempotency cover.
    idempotencyKeys: {
      claim: async () => {
        throw new DatabaseGone()
      },
    },
    sessionCookies: cookies,
    publicUrl,
    corsOrigins: [listedOrigin],
    trustedProxies: [],
    log: pino({}, { write: (line: string) => lines.push(line) }),
    translate: (thrown) =>
      thrown instanceof DatabaseGone ? apiError('service_unavailable', 'No database.', { cause: thrown }) : null,
    validateResponses: true,
    timeouts,
    ...options,
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('the test server has no port')
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, sink, lines, close: () => app.close() }
}
