import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { answer, client } from './client.ts'
import { listOf } from './complete.ts'
import { ApiProblem } from './problem.ts'
import type { Schema } from './schemas.ts'

export type Session = Schema<'SessionResponse'>
type Permission = Schema<'SessionOrganization'>['permissions'][number]

/**
 * Reads the signed-in person; null if nobody is signed in. Only a 401 of the API means "no session"
 * (web A3).
 */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return completeSession(await answer(client.GET('/api/v0/session', { signal })))
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.code === 'unauthorized') return null
      throw error
    }
  },
  staleTime: 60_000,
})

/** Completes the session of another release of the server (web X1). */
export function completeSession(session: Session): Session {
  const organizations = listOf(session.organizations)
  return { ...session, organizations: organizations.map((one) => ({ ...one, permissions: listOf(one.permissions) })) }
}

let lastKnown: Session | null = null

/**
 * Returns the signed-in person. If the session ends while a page is open, the page keeps its last
 * person, below a dialog that asks to sign in again (web A4).
 */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery)
  lastKnown = data ?? lastKnown
  if (lastKnown === null) throw new Error('a page for members was rendered without a session')
  return lastKnown
}

/** Returns the organization as this person sees it; undefined if it is unknown or not theirs. */
export function useOrganization(slug: string): Schema<'SessionOrganization'> | undefined {
  return useSession().organizations.find((one) => one.slug === slug)
}

/** Returns the name of an organization; its slug if the name is unknown. */
export function useOrganizationName(slug: string): string {
  return useOrganization(slug)?.name || slug
}

/**
 * Whether the server lists a permission for this person. A role alone implies no permission (web
 * A2).
 */
export function usePermission(slug: string, permission: Permission): boolean {
  return useOrganization(slug)?.permissions.includes(permission) ?? false
}
