import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { buttonClass } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState, Skeleton } from '../design/page-states.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { connectBitbucket } from './bitbucket-queries.ts'

/** Handles the redirect from Bitbucket, and connects the person's workspaces. */
export function BitbucketSetupPage() {
  const { code, state } = useSearch({ strict: false })
  return (
    <>
      <PageHeading title="Bitbucket">Connect Bitbucket</PageHeading>
      {code === undefined || state === undefined ? (
        <EmptyState title="The Bitbucket connection is incomplete">
          Access was denied, or the link is incomplete. Start again from Settings → Integrations of your organization.
        </EmptyState>
      ) : (
        <Connecting code={code} state={state} />
      )}
    </>
  )
}

function Connecting(back: { readonly code: string; readonly state: string }) {
  // A code works once, so the answer is kept and never requested again.
  const { data, error, isPending } = useQuery({
    queryKey: ['bitbucket-connect', back.code],
    queryFn: () => connectBitbucket(back),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  if (isPending) return <Skeleton rows={2} label="Connecting the workspaces" />
  if (data === undefined)
    return (
      <EmptyState title="Bitbucket was not connected" action={<Link to="/">Go to your organization</Link>}>
        <ProblemNote error={error} />
      </EmptyState>
    )
  const { org, workspaces } = data
  const title = workspaces.length === 0 ? 'No workspace to connect' : 'Bitbucket is connected'
  const next = (
    <Link to="/$org/settings/integrations" params={{ org }} className={buttonClass('primary')}>
      Go to the integrations of {org}
    </Link>
  )
  return (
    <EmptyState title={title} action={next}>
      {workspaces.length === 0 ? (
        'Your Bitbucket account administers no workspace. Ask a workspace administrator to connect it.'
      ) : (
        <ul aria-label="Connected workspaces" className="list-disc pl-5">
          {workspaces.map(({ slug, name }) => (
            <li key={slug}>
              <IsolatedText text={name ?? slug} />
            </li>
          ))}
        </ul>
      )}
    </EmptyState>
  )
}
