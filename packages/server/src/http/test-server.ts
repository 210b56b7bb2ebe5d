import { pino } from 'pino'
import { apiError } from './api-error.ts'
import type { BlobSink } from './build-body.ts'
import { createHttp, type Handlers, type HttpOptions } from './index.ts'
import { testHandlers, userId } from './test-handlers.ts'

/** What a driver throws whose server went away. */
export class DatabaseGone extends Error {}

/** Counts what went into sinks; keeps nothing. */
interface SinkRecord {
  bytes: number
  finished: number
  aborted: number
}

/** Gives a sink that counts its bytes. */
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

export const ownerToken = 'owner-token'
export const memberToken = 'member-token'
export const strangerToken = 'stranger-token'

export interface TestServer {
  readonly url: string
  readonly port: number
  readonly sink: SinkRecord
  /** Every line logged so far. */
  readonly lines: string[]
  readonly close: () => Promise<void>
}

/** Starts a server with the small feature on a free port; `handlers` replace its own. */
export async function startTestServer(
  handlers: Partial<Handlers> = {},
  timeouts: NonNullable<HttpOptions['timeouts']> = {},
): Promise<TestServer> {
  const sink = { bytes: 0, finished: 0, aborted: 0 }
  const lines: string[] = []
  const app = createHttp({
    handlers: { ...testHandlers, ...handlers },
    access: {
      authenticate: async (token) => {
        if (![ownerToken, memberToken, strangerToken].includes(token)) return null
        return {
          userId,
          credentialId: token,
          kind: 'key',
          isCookie: false,
          scopes: ['read', 'build', 'manage', 'account'],
          organizationIds: null,
          expiresAt: null,
        }
      },
      membership: async ({ credentialId }, slug) => {
        if (slug !== 'acme' || credentialId === strangerToken) return null
        return { organizationId: 'o1', organizationSlug: slug, role: credentialId === ownerToken ? 'owner' : 'member' }
      },
    },
    openBlobSink: async () => countingSink(sink),
    publicUrl: 'https://harmont.example',
    log: pino({}, { write: (line: string) => lines.push(line) }),
    translate: (thrown) =>
      thrown instanceof DatabaseGone ? apiError('service_unavailable', 'No database.', { cause: thrown }) : null,
    validateResponses: true,
    timeouts,
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('the test server has no port')
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, sink, lines, close: () => app.close() }
}
