import { tellTabs } from '../api/session-tabs.ts'

/** Goes to the sign-in page as a new document, in which nothing of this one is left. Never resolves: the page is going. */
export function leave(): Promise<never> {
  tellTabs()
  location.assign('/login')
  return new Promise(() => {})
}
