import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { sessionQuery, useSession } from '../api/session.ts'
import { useAnnouncement } from '../interaction/announcer.ts'
import { useOverlay } from '../interaction/overlays.ts'
import { ConnectionBar } from './connection-bar.tsx'
import { Notices } from './notices.tsx'
import { TopBar } from './top-bar.tsx'
import { useGlobalShortcuts } from './use-global-shortcuts.ts'

/** The top bar, what concerns every page, and the page below it. */
export function Frame() {
  useGlobalShortcuts()
  return (
    <>
      <a
        href="#main"
        className="sr-only rounded-small bg-raised px-3 py-2 focus:not-sr-only focus:absolute focus:top-1 focus:left-1 focus:z-50"
      >
        Skip to content
      </a>
      <TopBar />
      <ConnectionBar />
      <Notices />
      <main id="main" tabIndex={-1} className="focus:outline-none">
        <Outlet />
      </main>
      <Announcer />
      <Overlays />
      <SessionGuard />
    </>
  )
}

/** The polite live region, in a component of its own: only it is drawn again when something is said. */
function Announcer() {
  return (
    <div aria-live="polite" className="sr-only">
      {useAnnouncement()}
    </div>
  )
}

const Palette = lazy(async () => ({ default: (await import('../palette/palette.tsx')).Palette }))
const HelpDialog = lazy(async () => ({ default: (await import('./help-dialog.tsx')).HelpDialog }))
const CreateOrganization = lazy(async () => ({
  default: (await import('./create-organization.tsx')).CreateOrganization,
}))

/** What lies over the page. */
function Overlays() {
  const overlay = useOverlay()
  const { 'create-org': isCreating } = useSearch({ from: '/signed-in' })
  return (
    <Suspense fallback={null}>
      {overlay === 'palette' && <Palette />}
      {overlay === 'help' && <HelpDialog />}
      {isCreating === true && <CreateOrganization />}
    </Suspense>
  )
}

const SignInAgain = lazy(async () => ({ default: (await import('./sign-in-again.tsx')).SignInAgain }))

/** Keeps a page that one person works in theirs: when their session ends they sign in over it and go on; somebody else gets a clean one (web A4). */
function SessionGuard() {
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
