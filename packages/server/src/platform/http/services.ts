import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import type { RateLimiter } from '../rate-limits/limiter.ts'
import type { TraceRequest } from '../tracing/trace-requests.ts'
import type { CsrfCheck } from './authorization/csrf.ts'
import type { BodyBudget } from './body/body-budget.ts'
import type { BlobSink } from './body/build-body.ts'
import type { SharedReads } from './limits/shared-reads.ts'
import type { IdempotencyKeys } from './operations/idempotency.ts'
import type { Access } from './request/caller.ts'

/** The services for the execution of operations. */
export interface HttpServices extends CsrfCheck {
  readonly access: Access
  readonly limiter: RateLimiter
  readonly idempotencyKeys: IdempotencyKeys
  readonly publicUrl: string
  /** The name of the session cookie. */
  readonly cookieName: string
  readonly addressOf: (request: IncomingMessage) => string
  readonly openBlobSink: () => Promise<BlobSink>
  /** The memory budgets for bodies of users, and for anonymous ones. */
  readonly bodies: { readonly ofUsers: BodyBudget; readonly ofAddresses: BodyBudget }
  readonly reads: SharedReads
  readonly log: Logger
  /** The longest wait for the next byte of a body. */
  readonly bodyIdleMs: number
  /** Absent if nothing is traced. */
  readonly traceRequest?: TraceRequest
}
