import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import type { RateLimiter } from '../rate-limits/limiter.ts'
import type { CsrfCheck } from './authorization/csrf.ts'
import type { BodyRoom } from './body/body-room.ts'
import type { BlobSink } from './body/build-body.ts'
import type { SharedReads } from './limits/shared-reads.ts'
import type { IdempotencyKeys } from './operations/idempotency.ts'
import type { Access } from './request/caller.ts'

/** What answering an operation needs of the server. */
export interface HttpServices extends CsrfCheck {
  readonly access: Access
  readonly limiter: RateLimiter
  readonly idempotencyKeys: IdempotencyKeys
  readonly publicUrl: string
  /** Name of the cookie that holds a session's token. */
  readonly cookieName: string
  readonly addressOf: (request: IncomingMessage) => string
  readonly openBlobSink: () => Promise<BlobSink>
  /** Room for the bodies of users' requests, and for those of nobody in particular. */
  readonly bodies: { readonly ofUsers: BodyRoom; readonly ofAddresses: BodyRoom }
  readonly reads: SharedReads
  readonly log: Logger
  /** Longest wait for the next byte of a body. */
  readonly bodyIdleMs: number
}
