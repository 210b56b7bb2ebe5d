import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Attempt, type Claim, type IdempotencyKeys, stillRuns } from '../http/index.ts'
import {
  findKnown,
  type HeldKey,
  type Left,
  recordSubject,
  releaseKey,
  renewLease,
  storeAnswer,
  takeKey,
} from './store.ts'

/** The interval at which a lease of 20 s is renewed. */
const renewMs = 5_000

/**
 * The pause between retries of a failed write, and their number. They last as long as the lease,
 * during which no other request can take the key.
 */
const [againMs, triesAgain] = [1_000, 20]

/** Stores keys in the database, each with at most one holder among all processes. */
export function idempotencyKeys(pool: pg.Pool, log: Logger): IdempotencyKeys {
  return {
    async claim(key) {
      for (;;) {
        const known = await findKnown(pool, key)
        if (known !== undefined) return knownClaim(known.requestHash, known.answer)
        const held = { ...key, attemptId: randomUUID() }
        const left = await takeKey(pool, held).catch((error: unknown) => {
          // The key may have been taken although the database's response was lost.
          void settleLater(() => releaseKey(pool, held), log)
          throw error
        })
        if (left !== undefined) return { kind: 'ours', attempt: makeAttempt(pool, held, log), kept: keptOf(left) }
        // Another request took the key first.
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
    renewLease(pool, held).catch((error: unknown) =>
      log.warn({ err: error }, 'could not extend the lease of an Idempotency-Key'),
    )
  }, renewMs).unref()
  /**
   * Writes with retries. Fails if the first attempt does; the retries continue in the background.
   */
  const settle = async (write: () => Promise<void>) => {
    clearInterval(renewal)
    try {
      await write()
    } catch (error) {
      void settleLater(write, log)
      throw error
    }
  }
  return {
    async keep(client, subject, requestHash) {
      if (!(await recordSubject(client, held, subject, requestHash))) throw stillRuns()
    },
    finish: (requestHash, answer) => settle(() => storeAnswer(pool, held, requestHash, answer)),
    release: () => settle(() => releaseKey(pool, held)),
  }
}

async function settleLater(write: () => Promise<void>, log: Logger): Promise<void> {
  for (let left = triesAgain; ; left--) {
    await sleep(againMs, undefined, { ref: false })
    try {
      return await write()
    } catch (error) {
      if (left > 1) continue
      log.warn({ err: error }, 'an Idempotency-Key stays taken until its lease ends')
      return
    }
  }
}
