import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { sessionQuery, useSession } from '../api/session.ts'

const SignInAgain = lazy(async () => ({ default: (await import('./sign-in-again.tsx')).SignInAgain }))

/** Keeps a page that one person works in theirs: when their session ends they sign in over it and go on; somebody else gets a clean one (web A4). */
export function SessionGuard() {
  const client = useQueryClient()
  const { user } = useSession()
  const { data } = useQuery(sessionQuery)
  const isGone = data === null
  useEffect(() => {
    if (!isGone) return
    // Back again, as the same person: what failed meanwhile is asked for again.
    return () => void client.invalidateQueries()
  }, [isGone, client])
  if (!isGone) return <SamePerson key={user.uuid} />
  return (
    <Suspense fallback={null}>
      <SignInAgain user={user} />
    </Suspense>
  )
}

let owner: string | null = null

/** Nothing of one person stays in memory when another one signs in. */
function SamePerson() {
  const { uuid } = useSession().user
  useEffect(() => {
    if (owner !== null && owner !== uuid) location.reload()
    owner = uuid
  }, [uuid])
  return null
}
