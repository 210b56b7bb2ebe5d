import type { Database } from '../database/transaction.ts'

/** What a handler of an operation with `Idempotency-Key` has to do with it; the shell does the rest (`http.md` 7.5). */
export interface Idempotency {
  /**
   * Records, in the transaction that does what was asked for, what came of it. From its commit on the same request never does it again: when the process dies
   * before it has answered, the binding's `replay` gets `subject` and renders the answer. Throws 409 when another request has taken the key over meanwhile.
   */
  keep(client: Database, subject: string): Promise<void>
}
