import { Link, useLocation } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useAuthConfig } from '../api/auth-config.ts'
import { Button } from '../design/button.tsx'
import { isDeep } from '../navigation/sections.ts'
import { setupLinkCommand } from '../passkeys/barrier.ts'

/** Shows server-wide notices: no owner can sign in (web F1), or a newer version exists (web X3). */
export function Notices() {
  const config = useAuthConfig()
  const { pathname } = useLocation()
  if (config == null) return null
  return (
    <>
      {config.needs_setup && (
        <Line isLeftOut={isDeep(pathname)}>
          No owner of this server can sign in again. <PasskeysLink />, or print a one-time link with{' '}
          <code className="font-mono text-13 whitespace-nowrap">{setupLinkCommand()}</code> in its folder.
        </Line>
      )}
      <NewVersion version={config.version} />
    </>
  )
}

function PasskeysLink() {
  return (
    <Link to="/account/passkeys" className="underline">
      Add a passkey
    </Link>
  )
}

/** The version of the loaded page. */
let loadedVersion: string | null = null

function NewVersion({ version }: { readonly version: string }) {
  loadedVersion ??= version
  if (version === loadedVersion) return null
  return (
    <Line>
      Harmont {version} is available. This page runs {loadedVersion}.{' '}
      <Button onClick={() => location.reload()}>Reload</Button>
    </Line>
  )
}

interface LineProps {
  /** Hides the notice on narrow screens, because other pages show it. */
  readonly isLeftOut?: boolean
  readonly children: ReactNode
}

function Line({ isLeftOut = false, children }: LineProps) {
  return (
    <p role="status" className={`border-b border-hairline bg-sunk px-4 py-1.5 ${isLeftOut ? 'max-md:hidden' : ''}`}>
      {children}
    </p>
  )
}
