import type { OperationId } from '@harmont/contract'
import type { Database } from '../../database/transaction.ts'

/** The handler's part of an `Idempotency-Key` (`http.md` 7.5). The HTTP layer does the rest. */
export interface Idempotency {
  /**
   * Records the outcome, in the transaction of the operation. After the commit, the same request
   * never runs the operation again. If the process dies before the response, the binding's `replay`
   * renders it from `subject`. Throws 409 if another request has taken over the key.
   */
  keep(client: Database, subject: string): Promise<void>
}

/** A key within its user and operation. */
export interface ScopedKey {
  readonly userId: string
  readonly operationId: OperationId
  readonly key: string
}

/** A stored response. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** The state of a key. */
export type Claim =
  /**
   * This request holds the key. `kept` is the recorded outcome of an earlier request without a
   * response.
   */
  | {
      readonly kind: 'ours'
      readonly attempt: Attempt
      readonly kept: { readonly subject: string; readonly requestHash: string } | null
    }
  | { readonly kind: 'running' }
  | { readonly kind: 'answered'; readonly requestHash: string; readonly answer: StoredAnswer }

/**
 * A request that holds a key. No other request can take the key meanwhile. If its process dies,
 * another can after at most 20 s.
 */
export interface Attempt {
  /** See `Idempotency`. */
  keep(client: Database, subject: string, requestHash: string): Promise<void>
  /** Stores the answer. */
  finish(requestHash: string, answer: StoredAnswer): Promise<void>
  /**
   * Releases the key without a response, so that the request can be repeated. A recorded outcome
   * stays.
   */
  release(): Promise<void>
}

/** The store of idempotency keys. */
export interface IdempotencyKeys {
  claim(key: ScopedKey): Promise<Claim>
}
