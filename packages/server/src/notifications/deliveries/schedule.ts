/** Decides what an answer to a delivery means, and when the next attempt is. */
import type { PostAnswer } from '../../platform/outbound/guarded-post.ts'

/** How long a delivery is tried. */
export const triedMs = 24 * 3600 * 1000
/** How long nothing may arrive before a notification is switched off. */
export const mostFailingMs = 5 * 24 * 3600 * 1000

/**
 * `sent`: it has arrived. `refused`: the receiver works, but not with this message, which holds back
 * no other. `down`: nothing arrives at present, so all wait, in their order. `gone`: the receiver
 * wants no more.
 */
export type Verdict = 'sent' | 'refused' | 'down' | 'gone'

/** Says what an answer means; null if there was none. */
export function verdictOn(answer: PostAnswer | null): Verdict {
  if (answer === null) return 'down'
  const { status } = answer
  if (status >= 200 && status < 300) return 'sent'
  if (status === 410) return 'gone'
  // 408, 425 and 429 say "later". A redirect is no answer of the receiver: it is not followed.
  const isRefused = status >= 400 && status < 500 && ![408, 425, 429].includes(status)
  return isRefused ? 'refused' : 'down'
}

const second = 1000
const minute = 60 * second
const delays = [5 * second, 30 * second, 2 * minute, 5 * minute, 10 * minute, 20 * minute]
const longestDelay = 30 * minute

/** Returns the pause after so many failures in a row, at least 1. */
export function delayAfter(failures: number, answer: PostAnswer | null): number {
  const usual = delays[failures - 1] ?? longestDelay
  const asked = Number(answer?.retryAfter ?? 0) * second
  return Number.isFinite(asked) && asked > 0 ? Math.min(asked, longestDelay) : usual
}
