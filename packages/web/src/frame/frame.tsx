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

/** Frames every page with the top bar and server-wide notices. */
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

/** The polite live region. A separate component, so that a message renders nothing else. */
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

/** Shows the overlay that is open. */
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

/**
 * Keeps a page with its person: after their session ends they can sign in over the page, but
 * another person gets a new page (web A4).
 */
function SessionGuard() {
  const client = useQueryClient()
  const { user } = useSession()
  const { data } = useQuery(sessionQuery)
  const isGone = data === null
  useEffect(() => {
    if (!isGone) return
    // The same person has signed in again, so queries that failed meanwhile run again.
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

/** Reloads when another person signs in, so that no data of the first person stays in memory. */
function SamePerson() {
  const { uuid } = useSession().user
  useEffect(() => {
    if (owner !== null && owner !== uuid) location.reload()
    owner = uuid
  }, [uuid])
  return null
}
