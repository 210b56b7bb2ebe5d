import { useQueryClient } from '@tanstack/react-query'
import { type RefObject, useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useNow } from '../api/clock.ts'
import { Button } from '../design/button.tsx'
import { Instant } from '../design/instant.tsx'
import { reconnectNow } from '../live/use-live.ts'
import { retryDelayMs, type Trouble, type Troubled, troubledOf, troubleOf, troubleSentence } from './trouble.ts'

/** Shows that data is old, since when and why, and retries (web A3). */
export function ConnectionBar() {
  const outage = useOutage()
  if (outage === null) return null
  const { trouble, tryAt, tryNow } = outage
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline bg-wait-tint px-4 py-1 text-wait">
      <p role="status">
        {troubleSentence(trouble)} Last updated <Instant at={new Date(trouble.since).toISOString()} />.
      </p>
      <Countdown until={tryAt} />
      <Button look="quiet" onClick={tryNow} disabled={tryAt === null}>
        Try now
      </Button>
    </div>
  )
}

/** Hidden from screen readers, because a number that changes each second is noise. */
function Countdown({ until }: { readonly until: number | null }) {
  useNow()
  const seconds = until === null ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1000))
  return (
    <span aria-hidden="true" className="tabular">
      {until === null ? 'Trying…' : `Next try in ${seconds} s`}
    </span>
  )
}

interface Outage {
  readonly trouble: Trouble
  /** When data is requested again, in milliseconds of this machine's clock; null means now. */
  readonly tryAt: number | null
  readonly tryNow: () => void
}

/**
 * Returns the trouble that keeps shown data from being up to date, and retries its queries; null if
 * there is none.
 */
function useOutage(): Outage | null {
  const client = useQueryClient()
  const { trouble, troubled } = useTrouble()
  const [tryAt, setTryAt] = useState<number | null>(null)
  const attempts = useRef(0)
  const isTrouble = trouble !== null
  const newest = useRef(trouble)
  newest.current = trouble
  const plan = useCallback(() => {
    setTryAt(Date.now() + retryDelayMs(attempts.current, newest.current?.retryAfterMs ?? 0))
  }, [])
  const tryNow = useCallback(async () => {
    attempts.current++
    setTryAt(null)
    await client.refetchQueries({ type: 'active', predicate: ({ queryHash }) => troubled.current.has(queryHash) })
    plan()
  }, [client, plan, troubled])
  useEffect(() => {
    if (!isTrouble) return
    plan()
    return () => {
      // After an outage, all other data on screen may also be old.
      attempts.current = 0
      setTryAt(null)
      reconnectNow()
      void client.invalidateQueries()
    }
  }, [isTrouble, plan, client])
  useEffect(() => {
    if (!isTrouble || tryAt === null) return
    const timer = setTimeout(() => void tryNow(), Math.max(0, tryAt - Date.now()))
    window.addEventListener('online', tryNow)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('online', tryNow)
    }
  }, [isTrouble, tryAt, tryNow])
  return trouble === null ? null : { trouble, tryAt, tryNow: () => void tryNow() }
}

/** Returns the trouble, and the affected queries. */
function useTrouble(): { readonly trouble: Trouble | null; readonly troubled: RefObject<Troubled> } {
  const client = useQueryClient()
  const last = useRef<Trouble | null>(null)
  const troubled = useRef<Troubled>(new Map())
  const read = () => {
    const active = client
      .getQueryCache()
      .getAll()
      .filter((query) => query.isActive())
    troubled.current = troubledOf(troubled.current, active)
    const next = troubleOf(troubled.current, navigator.onLine)
    // Returns the same object for the same trouble, so that only a change renders again.
    if (JSON.stringify(next) !== JSON.stringify(last.current)) last.current = next
    return last.current
  }
  const subscribe = useCallback((listener: () => void) => client.getQueryCache().subscribe(listener), [client])
  return { trouble: useSyncExternalStore(subscribe, read, () => null), troubled }
}
