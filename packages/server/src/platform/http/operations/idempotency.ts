import type { OperationId } from '@harmont/contract'
import type { Database } from '../../database/transaction.ts'

/** What a handler of an operation with `Idempotency-Key` has to do with it; the shell does the rest (`http.md` 7.5). */
export interface Idempotency {
  /**
   * Records, in the transaction that does what was asked for, what came of it. From its commit on the same request never does it again: when the process dies
   * before it has answered, the binding's `replay` gets `subject` and renders the answer. Throws 409 when another request has taken the key over meanwhile.
   */
  keep(client: Database, subject: string): Promise<void>
}

/** A key within its user and route. */
export interface ScopedKey {
  readonly userId: string
  readonly operationId: OperationId
  readonly key: string
}

/** An answer as it is kept. */
export interface KeptAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** What is known of a key. */
export type Claim =
  /** It is ours to work on. `kept` is what an earlier request has made of it that did not come to answer. */
  | {
      readonly kind: 'ours'
      readonly attempt: Attempt
      readonly kept: { readonly subject: string; readonly requestHash: string } | null
    }
  | { readonly kind: 'running' }
  | { readonly kind: 'answered'; readonly requestHash: string; readonly answer: KeptAnswer }

/** A request that works on a key. While it does, nobody else can; when its process dies, others can a minute later. */
export interface Attempt {
  /** See `Idempotency`. */
  keep(client: Database, subject: string, requestHash: string): Promise<void>
  /** Keeps the answer. */
  finish(requestHash: string, answer: KeptAnswer): Promise<void>
  /** Gives the key back without an answer, so that the request can be made again. What was kept stays. */
  release(): Promise<void>
}

/** Where keys are remembered. */
export interface IdempotencyKeys {
  claim(key: ScopedKey): Promise<Claim>
}
