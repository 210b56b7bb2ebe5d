import { answer, client, whenUnauthorized } from './client.ts'
import { queryClient } from './query-client.ts'
import { type Session, sessionQuery } from './session.ts'

/** All tabs of this browser; what is said in it is only that something about the session has changed. */
const channelName = 'harmont'

let isSignedOutElsewhere = false

/** Whether the session that is gone was ended on purpose, in another tab. */
export function wasSignedOutElsewhere(): boolean {
  return isSignedOutElsewhere
}

/** Asks the server who is signed in; what it says is in `sessionQuery`. That it does not answer is nobody's sign-out (web A3). */
export async function checkSession(): Promise<Session | null | undefined> {
  // The bar over the page shows that the server does not answer.
  return queryClient.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false }).catch(() => undefined)
}

/** From now on this tab notices what other tabs do to the session (web A5), and what the server says of it. */
export function watchSession(): void {
  whenUnauthorized(() => void checkSession())
  new BroadcastChannel(channelName).addEventListener('message', () => {
    isSignedOutElsewhere = true
    void checkSession().then((session) => {
      if (session !== null) isSignedOutElsewhere = false
    })
  })
}

/** Tells the other tabs that somebody signed in or out. */
export function notifyTabs(): void {
  const channel = new BroadcastChannel(channelName)
  channel.postMessage({ type: 'session' })
  channel.close()
}

/** Signs out, here and in every tab, and goes to the sign-in page with nothing left in memory. Throws `ApiProblem` where the server does not do it. */
export async function signOut(): Promise<void> {
  await answer(client.POST('/api/v0/auth/logout'))
  notifyTabs()
  location.assign('/login')
}
