import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ApiProblem } from '../../api/problem.ts'
import type { Schema } from '../../api/schemas.ts'
import { sessionQuery } from '../../api/session.ts'
import { Instant } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { ErrorState, Skeleton } from '../../design/page-states.tsx'
import { AuthPage } from '../auth-page.tsx'
import { inviteKey } from '../invited-email.ts'
import { storedToken, useLinkToken } from '../link-token.ts'
import { previewInvite } from '../queries.ts'
import { InviteAnswer } from './invite-answer.tsx'

/** Shows an invitation before anybody signs in, and accepts it. */
export function InviteAcceptPage() {
  const mailed = useLinkToken('invite')
  const ofOtherTab = useInviteOfOtherTab(mailed === null)
  const token = mailed ?? ofOtherTab ?? null
  const session = useQuery(sessionQuery)
  const preview = useQuery({
    queryKey: inviteKey(token),
    queryFn: () => previewInvite(token ?? ''),
    enabled: token !== null,
  })
  if (mailed === null && ofOtherTab === undefined) return <Skeleton rows={4} />
  if (token === null)
    return (
      <AuthPage title="Invitation" heading="Invitation">
        <p>The invitation link is incomplete. Open it again from the email or message that you received.</p>
        <Home />
      </AuthPage>
    )
  if (preview.error !== null) return <NoInvite error={preview.error} onRetry={() => void preview.refetch()} />
  if (preview.data === undefined || session.data === undefined) return <Skeleton rows={4} />
  return (
    <AuthPage title="Invitation" heading={`Join ${preview.data.organization.name}`}>
      <Offer offer={preview.data} />
      <InviteAnswer token={token} offer={preview.data} session={session.data} />
    </AuthPage>
  )
}

function Offer({ offer }: { readonly offer: Schema<'InvitePreview'> }) {
  const facts = [
    ['Organization', <IsolatedText key="name" text={offer.organization.name} />],
    ['Invited by', <IsolatedText key="by" text={offer.invited_by ?? 'a deleted account'} />],
    ['Email', <IsolatedText key="for" text={offer.email} />],
    ['Role', offer.role === 'admin' ? 'admin: builds, settings, people' : 'member: builds, logs, shells'],
    ['Expires', <Instant key="until" at={offer.expires_at} />],
  ] as const
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
      {facts.map(([name, fact]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0">{fact}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Explains why an invitation is no longer open. Shows other failures as they are. */
function NoInvite({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  if (!(error instanceof ApiProblem) || error.problem.code !== 'invite_unacceptable')
    return <ErrorState error={error} what="the invitation" onRetry={onRetry} />
  return (
    <AuthPage title="Invitation" heading="This invitation is no longer valid">
      <p>{error.problem.message}</p>
      <Home />
    </AuthPage>
  )
}

function Home() {
  return (
    <p>
      <Link to="/" className="underline">
        Go to your pipelines
      </Link>
    </p>
  )
}

/** The channel on which tabs share an open invitation. Messages stay in memory (web A1). */
const channelName = 'harmont:invite'
/** If no other tab answers within this time, none has an open invitation. */
const patienceMs = 1000

new BroadcastChannel(channelName).addEventListener('message', ({ data, target }) => {
  const token = storedToken('invite')
  if (data === 'which?' && token !== null) (target as BroadcastChannel).postMessage({ token })
})

/**
 * Returns the token of an invitation that is open in another tab, because registration by mail
 * continues in a new tab. null: none; undefined: no answer yet.
 */
function useInviteOfOtherTab(isWanted: boolean): string | null | undefined {
  const [token, setToken] = useState<string | null | undefined>(undefined)
  useEffect(() => {
    if (!isWanted) return
    const channel = new BroadcastChannel(channelName)
    channel.addEventListener('message', ({ data }) => {
      if (typeof data?.token === 'string') setToken(data.token)
    })
    channel.postMessage('which?')
    const timer = setTimeout(() => setToken((known) => known ?? null), patienceMs)
    return () => {
      clearTimeout(timer)
      channel.close()
    }
  }, [isWanted])
  return token
}
