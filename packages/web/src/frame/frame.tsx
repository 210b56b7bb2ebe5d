import { Outlet } from '@tanstack/react-router'
import { Announcer } from '../interaction/announcer.tsx'
import { ConnectionBar } from './connection-bar.tsx'
import { Notices } from './notices.tsx'
import { Overlays } from './overlay-host.tsx'
import { SessionGuard } from './session-guard.tsx'
import { TopBar } from './top-bar.tsx'
import { useEverywhereShortcuts } from './use-global-shortcuts.ts'

/** The top bar, what concerns every page, and the page below it. */
export function Shell() {
  useEverywhereShortcuts()
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
