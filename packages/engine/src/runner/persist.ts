import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '@harmont/sandbox'

export interface Persistence {
  readonly signal: AbortSignal
  readonly giveUpMs: number
  readonly onFailure: (error: unknown) => void
  /** Whether what failed may be down for a reason that passes: that time does not count. */
  readonly isExcused?: () => boolean
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/**
 * Gives what `call` gives, trying again with growing pauses while it throws: a database that is down for a while costs time, not a job. Throws the
 * signal's reason, or the last error once it has failed for `giveUpMs`.
 */
export async function persist<T>(
  call: () => Promise<T>,
  { signal, giveUpMs, onFailure, isExcused = () => false }: Persistence,
): Promise<T> {
  let since = now()
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    signal.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      signal.throwIfAborted()
      if (isExcused()) since = now()
      if (now() - since >= giveUpMs) throw error
      onFailure(error)
    }
    try {
      await sleep(pauseMs, undefined, { signal })
    } catch {
      throw signal.reason
    }
  }
}
