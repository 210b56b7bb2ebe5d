import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ApiProblem } from '../../api/problem.ts'
import { CopyField } from '../../design/copy-field.tsx'
import { ErrorState, Skeleton } from '../../design/page-states.tsx'
import { setupLinkCommand } from '../../passkeys/barrier.ts'
import { AuthCard } from '../auth-page.tsx'
import { useLinkToken } from '../link-token.ts'
import { inspectSetup } from '../queries.ts'
import { SetupExisting } from './setup-existing.tsx'
import { SetupNew } from './setup-new.tsx'

/** Opens a one-time link (web F2): creates the first administrator, or signs a person in. */
export function SetupPage() {
  const token = useLinkToken('setup')
  const link = useQuery({
    queryKey: ['setup', token],
    queryFn: () => inspectSetup(token ?? ''),
    enabled: token !== null,
    // A used link must not be inspected again while its last page is shown.
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (token === null) return <NoLink why="The one-time link is incomplete. Open it again." />
  if (link.error instanceof ApiProblem && link.error.problem.code === 'passkey_token_invalid')
    return <NoLink why="This one-time link was already used or is older than 24 hours." />
  if (link.error !== null)
    return <ErrorState error={link.error} what="the one-time link" onRetry={() => void link.refetch()} />
  if (link.data === undefined) return <Skeleton rows={4} />
  return link.data.kind === 'new' ? (
    <SetupNew token={token} />
  ) : (
    <SetupExisting token={token} email={link.data.email ?? ''} />
  )
}

function NoLink({ why }: { readonly why: string }) {
  return (
    <AuthCard title="Set up" heading="This link does not work">
      <p>{why} To print a new one, run this in the server's folder:</p>
      <CopyField label="the command that prints a one-time link" text={setupLinkCommand()} />
      <p>
        <Link to="/login" className="underline">
          Sign in
        </Link>
      </p>
    </AuthCard>
  )
}
