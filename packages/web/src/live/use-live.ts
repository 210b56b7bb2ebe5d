/** Provides server events to all components of a tab, over one stream (web.md 10). */
import { useParams } from '@tanstack/react-router'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { authConfigQuery } from '../api/auth-config.ts'
import { queryClient } from '../api/query-client.ts'
import { sessionQuery } from '../api/session.ts'
import { checkSession } from '../api/session-tabs.ts'
import { LiveConnection } from './connection.ts'
import { keyOfTopic, type LiveEvent } from './events.ts'
import type { Listener } from './listeners.ts'
import type { LiveMode } from './poll-interval.ts'

export type { LiveEvent } from './events.ts'

const connection = new LiveConnection(
  () => void checkSession(),
  () => void queryClient.invalidateQueries({ queryKey: authConfigQuery.queryKey }),
)

const sessionHash = JSON.stringify(sessionQuery.queryKey)
queryClient.getQueryCache().subscribe(({ type, query }) => {
  if (type !== 'updated' || query.queryHash !== sessionHash) return
  connection.dispatch({ type: 'session', isSignedIn: query.state.data !== null })
})

/**
 * Calls `onEvent` for each event of a topic: `builds`, `build:{slug}/{n}`, `log:{job_id}@{line}`;
 * null follows none. Events of a frame are delivered together. After a `resync` event the topic
 * must be read again; the `cursor` of the shown `BuildView` avoids the first one.
 */
export function useLive(topic: string | null, onEvent: (event: LiveEvent) => void, cursor: string | null = null): void {
  const { org } = useParams({ strict: false })
  const newest = useRef(onEvent)
  newest.current = onEvent
  const listener = useRef<Listener | null>(null)
  const key = topic === null ? null : keyOfTopic(topic)
  const place = useRef({ topic, cursor })
  place.current = { topic, cursor }
  useEffect(() => {
    if (key === null || org === undefined) return
    const own: Listener = {
      organization: org,
      topic: place.current.topic ?? key,
      cursor: place.current.cursor,
      onEvent: (event) => newest.current(event),
    }
    listener.current = own
    const leave = connection.join(own)
    return () => {
      listener.current = null
      leave()
    }
  }, [key, org])
  useEffect(() => {
    const own = listener.current
    if (own === null || topic === null || (own.topic === topic && own.cursor === cursor)) return
    own.topic = topic
    own.cursor = cursor
    connection.topicsChanged()
  }, [topic, cursor])
}

/**
 * Returns `live` while events arrive, `polling` if pages must poll (web D3), or `off` if nothing is
 * followed, for example in a hidden tab.
 */
export function useLiveMode(): LiveMode {
  return useSyncExternalStore(
    watch,
    () => connection.mode(),
    () => connection.mode(),
  )
}

/** Reconnects immediately, because the server answers again. */
export function reconnectNow(): void {
  connection.dispatch({ type: 'reachable' })
}

function watch(watcher: () => void): () => void {
  return connection.watch(watcher)
}
