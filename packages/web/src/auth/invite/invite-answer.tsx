import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import type { Schema } from '../../api/schemas.ts'
import type { Session } from '../../api/session.ts'
import { sessionChanged } from '../../api/session-change.ts'
import { Button, buttonClass } from '../../design/button.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { ProblemNote } from '../../design/problems.tsx'
import { forgetToken } from '../link-token.ts'
import { acceptInvite, signOut } from '../queries.ts'

interface InviteAnswerProps {
  readonly token: string
  readonly offer: Schema<'InvitePreview'>
  /** null if nobody is signed in. */
  readonly session: Session | null
}

/** Shows the visitor's options for an invitation. */
export function InviteAnswer({ token, offer, session }: InviteAnswerProps) {
  if (session === null) return <SignInFirst email={offer.email} />
  if (session.user.email !== offer.email) return <OtherAddress invited={offer.email} signedIn={session.user.email} />
  const isMember = session.organizations.some(({ slug }) => slug === offer.organization.slug)
  if (isMember) return <MemberAlready organization={offer.organization} />
  return <Accept token={token} slug={offer.organization.slug} email={offer.email} />
}

// The token stays in memory, so the return address omits it.
const search = { redirect: '/invite/accept' }

function SignInFirst({ email }: { readonly email: string }) {
  return (
    <>
      <p>
        To accept, sign in or create an account with <IsolatedText text={email} />.
      </p>
      <Link to="/login" search={search} className={`${buttonClass('primary')} min-h-9 w-full`}>
        Sign in
      </Link>
      <Link to="/register" search={search} className={`${buttonClass()} min-h-9 w-full`}>
        Create an account
      </Link>
    </>
  )
}

function OtherAddress({ invited, signedIn }: { readonly invited: string; readonly signedIn: string }) {
  const queryClient = useQueryClient()
  const leave = useMutation({
    mutationFn: async () => {
      await signOut()
      await sessionChanged(queryClient)
    },
  })
  return (
    <>
      <p>
        This invitation is for <IsolatedText text={invited} />. You are signed in as <IsolatedText text={signedIn} />.
      </p>
      <Button look="primary" className="min-h-9 w-full" disabled={leave.isPending} onClick={() => leave.mutate()}>
        Sign out and use another account
      </Button>
      <ProblemNote error={leave.error} />
    </>
  )
}

function MemberAlready({ organization }: { readonly organization: Schema<'InvitePreview'>['organization'] }) {
  return (
    <>
      <p>
        You are already a member of <IsolatedText text={organization.name} />.
      </p>
      <Link to="/$org" params={{ org: organization.slug }} className={`${buttonClass('primary')} min-h-9 w-full`}>
        Continue
      </Link>
    </>
  )
}

function Accept({ token, slug, email }: { readonly token: string; readonly slug: string; readonly email: string }) {
  const queryClient = useQueryClient()
  const { history } = useRouter()
  const accept = useMutation({
    mutationFn: async () => {
      await acceptInvite(token)
      forgetToken('invite')
      await sessionChanged(queryClient)
    },
    onSuccess: () => history.replace(`/${slug}`),
  })
  return (
    <>
      <p>
        You are signed in as <IsolatedText text={email} />.
      </p>
      <Button look="primary" className="min-h-9 w-full" disabled={accept.isPending} onClick={() => accept.mutate()}>
        {accept.isPending ? 'Joining…' : 'Accept'}
      </Button>
      <ProblemNote error={accept.error} />
    </>
  )
}
