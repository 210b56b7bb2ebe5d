/** Classifies the response to a delivery, and schedules the next attempt. */
import type { PostAnswer } from '../../platform/outbound/guarded-post.ts'

/** The time for which a delivery is retried. */
export const triedMs = 24 * 3600 * 1000
/** The time without a successful delivery after which a notification is switched off. */
export const mostFailingMs = 5 * 24 * 3600 * 1000

/**
 * `sent`: the message has arrived. `refused`: the receiver works but refuses this message, which
 * does not delay others. `down`: the receiver accepts nothing at present, so all messages wait in
 * order. `gone`: the receiver wants no further messages.
 */
export type Verdict = 'sent' | 'refused' | 'down' | 'gone'

/** Classifies a response; null: there was none. */
export function verdictOn(answer: PostAnswer | null): Verdict {
  if (answer === null) return 'down'
  const { status } = answer
  if (status >= 200 && status < 300) return 'sent'
  if (status === 410) return 'gone'
  // 408, 425 and 429 mean "later". A redirect is not followed, and counts as no response.
  const isRefused = status >= 400 && status < 500 && ![408, 425, 429].includes(status)
  return isRefused ? 'refused' : 'down'
}

const second = 1000
const minute = 60 * second
const delays = [5 * second, 30 * second, 2 * minute, 5 * minute, 10 * minute, 20 * minute]
const longestDelay = 30 * minute

/** Returns the pause in milliseconds after a number of failures in a row, which is at least 1. */
export function delayAfter(failures: number, answer: PostAnswer | null): number {
  const usual = delays[failures - 1] ?? longestDelay
  const asked = Number(answer?.retryAfter ?? 0) * second
  return Number.isFinite(asked) && asked > 0 ? Math.min(asked, longestDelay) : usual
}
