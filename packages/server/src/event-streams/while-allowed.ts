import type pg from 'pg'
import type { Logger } from 'pino'
import { type Holder, mayStay } from '../access/may-stay.ts'

/**
 * A signal that also aborts when the holder's session or key counts no more, or its user is a member no more, which is asked every minute (`http.md` 6).
 * `end` is to be called when the stream is over.
 */
export function whileAllowed(
  { pool, log }: { readonly pool: pg.Pool; readonly log: Logger },
  holder: Holder,
  stop: AbortSignal,
  everyMs = 60_000,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const lost = new AbortController()
  const check = async () => {
    if (!(await mayStay(pool, holder))) lost.abort()
  }
  const timer = setInterval(() => {
    // While the database is away nothing can be read from it either; it is asked again.
    check().catch((error: unknown) => log.warn({ err: error }, 'could not check whether a stream may stay open'))
  }, everyMs)
  timer.unref()
  return { signal: AbortSignal.any([stop, lost.signal]), end: () => clearInterval(timer) }
}
