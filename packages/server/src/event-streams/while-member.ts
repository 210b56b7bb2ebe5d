import type pg from 'pg'
import type { Logger } from 'pino'
import { stillMember } from '../members/store.ts'

/** A member who reads a stream. */
export interface Reader {
  readonly organizationId: string
  readonly userId: string
}

/** A signal that also aborts when the reader is a member no more, which is asked every minute (`http.md` 6). `end` is to be called when the stream is over. */
export function whileMember(
  { pool, log }: { readonly pool: pg.Pool; readonly log: Logger },
  { organizationId, userId }: Reader,
  stop: AbortSignal,
  everyMs = 60_000,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const left = new AbortController()
  const check = async () => {
    if (!(await stillMember(pool, organizationId, userId))) left.abort()
  }
  const timer = setInterval(() => {
    // While the database is away nothing can be read from it either; it is asked again.
    check().catch((error: unknown) => log.warn({ err: error }, 'whether a reader is still a member is not known'))
  }, everyMs)
  timer.unref()
  return { signal: AbortSignal.any([stop, left.signal]), end: () => clearInterval(timer) }
}
