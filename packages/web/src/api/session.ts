import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { answer, client } from './client.ts'
import { listOf } from './complete.ts'
import { ApiProblem } from './problem.ts'
import type { Schema } from './schemas.ts'

export type Session = Schema<'SessionResponse'>
type Permission = Schema<'SessionOrganization'>['permissions'][number]

/** Who is signed in; null: nobody. Every other failure is a failure: only our own 401 says that there is no session, not that of a proxy (web A3). */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      const session = await answer(client.GET('/api/v0/session', { signal }))
      const organizations = listOf(session.organizations)
      return {
        ...session,
        organizations: organizations.map((one) => ({ ...one, permissions: listOf(one.permissions) })),
      }
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.code === 'unauthorized') return null
      throw error
    }
  },
  staleTime: 60_000,
})

let lastKnown: Session | null = null

/** Who is signed in, on pages that nobody else sees. A page that is open when the session ends goes on showing what it shows, under the dialog that asks to sign in again (web A4). */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery)
  lastKnown = data ?? lastKnown
  if (lastKnown === null) throw new Error('a page for members was shown to nobody')
  return lastKnown
}

/** The organization as this person sees it; undefined: it is unknown, or not theirs. */
export function useOrganization(slug: string): Schema<'SessionOrganization'> | undefined {
  return useSession().organizations.find((one) => one.slug === slug)
}

/** What an organization is called; its slug where it is unknown. */
export function useOrganizationName(slug: string): string {
  return useOrganization(slug)?.name || slug
}

/** Whether this person may do it there: the server's list, never a rule guessed from the role (web A2). */
export function usePermission(slug: string, permission: Permission): boolean {
  return useOrganization(slug)?.permissions.includes(permission) ?? false
}
