import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useAuthConfig } from '../api/auth-config.ts'
import { sessionQuery } from '../api/session.ts'
import { CopyField } from '../design/copy-field.tsx'
import { Notice } from '../design/notice.tsx'
import { setupLinkCommand } from '../passkeys/barrier.ts'
import { AuthCard } from './auth-card.tsx'

interface AuthPageProps {
  /** The tab's title. */
  readonly title: string
  readonly heading: string
  readonly children: ReactNode
}

/** What the pages around signing in have in common. On a server that nobody can administer yet, each says so (web F1). */
export function AuthPage({ title, heading, children }: AuthPageProps) {
  const needsSetup = useAuthConfig()?.needs_setup === true
  const session = useQuery(sessionQuery)
  return (
    <AuthCard title={title} heading={heading}>
      {needsSetup && session.data === null && <FirstRunNotice />}
      {/* Shown when it is known whether the notice stands above: what is being read does not move. */}
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
