import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useAuthConfig } from '../api/auth-config.ts'
import { sessionQuery } from '../api/session.ts'
import { CopyField } from '../design/copy-field.tsx'
import { Notice } from '../design/notice.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { setupLinkCommand } from '../passkeys/barrier.ts'

interface AuthCardProps {
  /** The title of the tab. */
  readonly title: string
  readonly heading: string
  readonly children: ReactNode
}

/** Lays out a page without the page frame: the product's name above one card. */
export function AuthCard({ title, heading, children }: AuthCardProps) {
  return (
    <div className="flex flex-col gap-4">
      <p className="flex items-center gap-3 text-16 font-semibold">
        <span className="frame-mark" aria-hidden="true" />
        Harmont
      </p>
      <div className="flex flex-col gap-4 rounded-surface border border-hairline bg-raised px-4 pt-1 pb-6 sm:px-6">
        <div className="-mx-4 -mb-2">
          <PageHeading title={title}>{heading}</PageHeading>
        </div>
        {children}
      </div>
    </div>
  )
}

interface AuthPageProps {
  /** The title of the tab. */
  readonly title: string
  readonly heading: string
  readonly children: ReactNode
}

/** Lays out the pages for signing in, with a notice while no administrator exists (web F1). */
export function AuthPage({ title, heading, children }: AuthPageProps) {
  const needsSetup = useAuthConfig()?.needs_setup === true
  const session = useQuery(sessionQuery)
  return (
    <AuthCard title={title} heading={heading}>
      {needsSetup && session.data === null && <FirstRunNotice />}
      {/* Hidden until the presence of the notice is known, so that the content below does not move. */}
      <div className={needsSetup && session.isPending ? 'invisible contents' : 'contents'}>{children}</div>
    </AuthCard>
  )
}

function FirstRunNotice() {
  return (
    <Notice title="This server has no administrator yet">
      <p>The server printed a one-time link when it started. To print another, run this in the server's folder:</p>
      <CopyField label="the command that prints a one-time link" text={setupLinkCommand()} />
    </Notice>
  )
}
