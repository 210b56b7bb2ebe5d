/** Sends deliveries outside the worker's tasks, so that an unresponsive receiver delays no task. */
import type { Logger } from 'pino'
import { CannotOpen, type Sealer } from '../../platform/encryption/seal.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import { describeNoAnswer, guardedPost, type PostAnswer } from '../../platform/outbound/guarded-post.ts'
import { openAddress } from '../notification.ts'
import { delayAfter, type Verdict, verdictOn } from './schedule.ts'
import { signatureHeaders } from './sign-message.ts'
import { queueSendingAt } from './store.ts'
import {
  type Attempt,
  type Claimed,
  claim,
  giveBack,
  nextDelivery,
  noteDown,
  noteGone,
  noteRefused,
  noteSent,
  type TurnServices,
  type Waiting,
} from './turns.ts'

export interface SenderServices extends TurnServices {
  readonly sealer: Sealer
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'count'>
  /** Hosts that are allowed even at private addresses. */
  readonly allowedHosts: readonly string[]
  readonly now: () => Date
}

/**
 * The most receivers that one process sends to at a time; at most `mostDown` of them may be down.
 */
const mostAtOnce = 64
const mostDown = 32
/** The delay of a task that finds the sender full. */
const fullMs = 5_000
const timeoutMs = 10_000

export class Sender {
  readonly #services: SenderServices
  readonly #stopping = new AbortController()
  readonly #turns = new Map<Promise<void>, Claimed>()

  constructor(services: SenderServices) {
    this.#services = services
  }

  /**
   * Starts sending the waiting deliveries of a receiver, and returns. Does nothing if another
   * process is sending them.
   */
  async begin(id: string): Promise<void> {
    const { pool, now } = this.#services
    if (this.#stopping.signal.aborted || this.#isFull()) {
      await queueSendingAt(pool, id, new Date(now().getTime() + fullMs))
      return
    }
    const turn = await claim(pool, id, now())
    if (turn === null) return
    const sending = this.#send(turn)
      // The claim expires, and its task tries again.
      .catch((error: unknown) =>
        this.#services.log.warn({ err: error, notification: id }, 'could not send notifications'),
      )
      .finally(() => this.#turns.delete(sending))
    this.#turns.set(sending, turn)
  }

  #isFull(): boolean {
    const down = [...this.#turns.values()].filter(({ failures }) => failures > 0).length
    return this.#turns.size >= mostAtOnce || down >= mostDown
  }

  /** Resolves when all started sending has ended. */
  async idle(): Promise<void> {
    while (this.#turns.size > 0) await Promise.all(this.#turns.keys())
  }

  /**
   * Aborts requests in flight. Their receivers may get the same messages again, with the same keys.
   */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.idle()
  }

  async #send(turn: Claimed): Promise<void> {
    const { pool, now } = this.#services
    let { failures } = turn
    for (;;) {
      if (this.#stopping.signal.aborted) return giveBack(pool, turn)
      const delivery = await nextDelivery(pool, turn, now())
      if (delivery === null) return
      const { answer, problem } = await this.#post(turn, delivery)
      if (answer === null && this.#stopping.signal.aborted) return giveBack(pool, turn)
      const at = now()
      const attempt = { delivery, at, status: answer?.status ?? null, answer: problem ?? answer?.text ?? '' }
      const verdict = verdictOn(answer)
      failures = verdict === 'down' ? failures + 1 : 0
      const tries = verdict === 'down' ? failures : delivery.attempts + 1
      const next = new Date(at.getTime() + delayAfter(tries, answer))
      if (!(await this.#note(turn, attempt, verdict, next))) return
    }
  }

  /** Records the result of an attempt. Returns whether the turn continues. */
  async #note(turn: Claimed, attempt: Attempt, verdict: Verdict, next: Date): Promise<boolean> {
    const { metrics } = this.#services
    metrics.count('harmont_notification_attempts_total', { outcome: verdict })
    const failed = await this.#write(turn, attempt, verdict, next)
    if (failed > 0) metrics.count('harmont_notifications_failed_total', {}, failed)
    return verdict === 'sent' || verdict === 'refused'
  }

  /** Records the result of an attempt. Returns the number of deliveries that it abandons. */
  async #write(turn: Claimed, attempt: Attempt, verdict: Verdict, next: Date): Promise<number> {
    if (verdict === 'refused') return noteRefused(this.#services, turn, attempt, next)
    if (verdict === 'gone') return noteGone(this.#services, turn, attempt)
    if (verdict === 'down') return noteDown(this.#services, turn, attempt, next)
    await noteSent(this.#services.pool, turn, attempt)
    return 0
  }

  async #post(
    { id, sealed_address: sealed }: Claimed,
    { id: key, body }: Waiting,
  ): Promise<{ readonly answer: PostAnswer | null; readonly problem: string | null }> {
    const { sealer, allowedHosts, now } = this.#services
    try {
      const address = openAddress(sealer, id, sealed)
      const headers = signatureHeaders(address, key, body, now())
      const { signal } = this.#stopping
      return {
        answer: await guardedPost(address.url, body, { allowedHosts, headers, timeoutMs, signal }),
        problem: null,
      }
    } catch (error) {
      const problem =
        error instanceof CannotOpen ? 'Not sent: its address cannot be decrypted.' : describeNoAnswer(error)
      return { answer: null, problem }
    }
  }
}
