import { answer, client, whenUnauthorized } from './client.ts'
import { queryClient } from './query-client.ts'
import { type Session, sessionQuery } from './session.ts'

/** Reaches all tabs of this browser. A message says only that the session has changed. */
const channelName = 'harmont'

let isSignedOutElsewhere = false

/** Whether another tab signed out on purpose. */
export function wasSignedOutElsewhere(): boolean {
  return isSignedOutElsewhere
}

/** Reads the session again. An unreachable server signs nobody out (web A3). */
export async function checkSession(): Promise<Session | null | undefined> {
  // The bar over the page shows that the server is unreachable.
  return queryClient.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false }).catch(() => undefined)
}

/** Follows session changes made by other tabs (web A5) and reported by the server. */
export function watchSession(): void {
  whenUnauthorized(() => void checkSession())
  new BroadcastChannel(channelName).addEventListener('message', () => {
    isSignedOutElsewhere = true
    void checkSession().then((session) => {
      if (session !== null) isSignedOutElsewhere = false
    })
  })
}

/** Notifies other tabs of a sign-in or sign-out. */
export function notifyTabs(): void {
  const channel = new BroadcastChannel(channelName)
  channel.postMessage({ type: 'session' })
  channel.close()
}

/**
 * Signs out in every tab, and loads the sign-in page as a new document, so that nothing stays in
 * memory. Throws `ApiProblem` if the server refuses.
 */
export async function signOut(): Promise<void> {
  await answer(client.POST('/api/v0/auth/logout'))
  notifyTabs()
  location.assign('/login')
}
