import { answer, client, whenUnauthorized } from './client.ts'
import { queryClient } from './query-client.ts'
import { type Session, sessionQuery } from './session.ts'

/** Reaches all tabs of this browser. A message says only that the session has changed. */
const channelName = 'harmont'

let isSignedOutElsewhere = false

/** Whether another tab ended the session on purpose. */
export function wasSignedOutElsewhere(): boolean {
  return isSignedOutElsewhere
}

/** Reads the session again. A server that does not answer signs nobody out (web A3). */
export async function checkSession(): Promise<Session | null | undefined> {
  // The bar over the page shows that the server does not answer.
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

/** Tells other tabs that somebody signed in or out. */
export function notifyTabs(): void {
  const channel = new BroadcastChannel(channelName)
  channel.postMessage({ type: 'session' })
  channel.close()
}

/**
 * Signs out in every tab and loads the sign-in page with nothing left in memory. Throws
 * `ApiProblem` if the server refuses.
 */
export async function signOut(): Promise<void> {
  await answer(client.POST('/api/v0/auth/logout'))
  notifyTabs()
  location.assign('/login')
}
