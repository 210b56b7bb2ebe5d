import type { QueryClient } from '@tanstack/react-query'
import { authConfigQuery } from './auth-config.ts'
import { type Session, sessionQuery } from './session.ts'
import { notifyTabs } from './session-tabs.ts'

/**
 * Drops all data of the previous person after a sign-in or sign-out, and notifies other tabs (web
 * A5). Returns the new session; null if nobody is signed in.
 */
export async function sessionChanged(queryClient: QueryClient): Promise<Session | null> {
  const keys = [sessionQuery.queryKey[0], authConfigQuery.queryKey[0]] as readonly unknown[]
  queryClient.removeQueries({ type: 'inactive', predicate: ({ queryKey }) => !keys.includes(queryKey[0]) })
  const session = await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 })
  void queryClient.invalidateQueries({ queryKey: authConfigQuery.queryKey })
  notifyTabs()
  return session
}
