import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Attempt, type Claim, type IdempotencyKeys, stillRuns } from '../http/index.ts'
import {
  findKnown,
  type HeldKey,
  keepAnswer,
  keepSubject,
  type Left,
  releaseKey,
  renewLease,
  takeKey,
} from './store.ts'

/** How often a lease of a minute is moved on. */
const renewMs = 15_000

/** Keys in the database, one holder at a time among all processes. */
export function idempotencyKeys(pool: pg.Pool, log: Logger): IdempotencyKeys {
  return {
    async claim(key) {
      for (;;) {
        const known = await findKnown(pool, key)
        if (known !== undefined) return knownClaim(known.requestHash, known.answer)
        const held = { ...key, attemptId: randomUUID() }
        const left = await takeKey(pool, held)
        if (left !== undefined) return { kind: 'ours', attempt: makeAttempt(pool, held, log), kept: keptOf(left) }
        // Another was faster: what is known now.
      }
    },
  }
}

function knownClaim(requestHash: string | null, answer: (Claim & { kind: 'answered' })['answer'] | null): Claim {
  return answer === null || requestHash === null ? { kind: 'running' } : { kind: 'answered', requestHash, answer }
}

function keptOf({ subject, request_hash: requestHash }: Left): (Claim & { kind: 'ours' })['kept'] {
  return subject === null || requestHash === null ? null : { subject, requestHash }
}

function makeAttempt(pool: pg.Pool, held: HeldKey, log: Logger): Attempt {
  const renewal = setInterval(() => {
    renewLease(pool, held).catch((error: unknown) => log.warn({ err: error }, 'a lease of a key was not moved on'))
  }, renewMs).unref()
  return {
    async keep(client, subject, requestHash) {
      if (!(await keepSubject(client, held, subject, requestHash))) throw stillRuns()
    },
    async finish(requestHash, answer) {
      clearInterval(renewal)
      await keepAnswer(pool, held, requestHash, answer)
    },
    async release() {
      clearInterval(renewal)
      await releaseKey(pool, held)
    },
  }
}
