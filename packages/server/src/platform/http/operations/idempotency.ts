import type { OperationId } from '@harmont/contract'
import type { Database } from '../../database/transaction.ts'

/** The handler's part of an `Idempotency-Key` (`http.md` 7.5). The HTTP layer does the rest. */
export interface Idempotency {
  /**
   * Records the outcome, in the transaction of the operation. Once that has committed, the same
   * request never runs it again: if the process dies before it has answered, the binding's `replay`
   * gets `subject` and renders the answer. Throws 409 when another request has taken the key over.
   */
  keep(client: Database, subject: string): Promise<void>
}

/** A key within its user and operation. */
export interface ScopedKey {
  readonly userId: string
  readonly operationId: OperationId
  readonly key: string
}

/** An answer as it is stored. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** The state of a key. */
export type Claim =
  /**
   * This request may work on it. `kept` is the recorded outcome of an earlier request that did not
   * answer.
   */
  | {
      readonly kind: 'ours'
      readonly attempt: Attempt
      readonly kept: { readonly subject: string; readonly requestHash: string } | null
    }
  | { readonly kind: 'running' }
  | { readonly kind: 'answered'; readonly requestHash: string; readonly answer: StoredAnswer }

/**
 * A request that holds a key. Nobody else can take the key meanwhile; if its process dies, others
 * can after a minute.
 */
export interface Attempt {
  /** See `Idempotency`. */
  keep(client: Database, subject: string, requestHash: string): Promise<void>
  /** Stores the answer. */
  finish(requestHash: string, answer: StoredAnswer): Promise<void>
  /**
   * Releases the key without an answer, so that the request can be made again. A recorded outcome
   * stays.
   */
  release(): Promise<void>
}

/** The store of keys. */
export interface IdempotencyKeys {
  claim(key: ScopedKey): Promise<Claim>
}
