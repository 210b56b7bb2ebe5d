import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { serverNow } from '../api/clock.ts'
import { safeRedirect } from '../api/safe-redirect.ts'
import { sessionChanged } from '../api/session-change.ts'
import { Button } from '../design/button.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { createPasskey } from '../passkeys/ceremonies.ts'
import { PasskeyNotice } from '../passkeys/passkey-notice.tsx'
import { usePasskeyBarrier } from '../passkeys/use-barrier.ts'
import { AuthPage } from './auth-page.tsx'
import { forgetToken, useLinkToken } from './link-token.ts'
import { NamePasskey } from './name-passkey.tsx'
import { takeRedirect } from './redirects.ts'

type Made = NonNullable<Awaited<ReturnType<typeof createPasskey>>>

interface Words {
  readonly title: string
  readonly heading: string
  readonly text: ReactNode
}

interface CreateFromLinkProps {
  readonly kind: 'register' | 'recover'
  readonly options: (token: string) => Promise<Parameters<typeof createPasskey>[0]>
  readonly finish: (made: Made, token: string) => Promise<unknown>
  readonly before: Words
  readonly after: Words
  /** Links to other actions after a failure. */
  readonly ways: ReactNode
}

/** Creates a passkey from a mailed link, after a click, because mail scanners also open links. */
export function CreateFromLink({ kind, options, finish, before, after, ways }: CreateFromLinkProps) {
  const token = useLinkToken(kind)
  const { redirect } = useSearch({ strict: false })
  const { history } = useRouter()
  const queries = useQueryClient()
  const barrier = usePasskeyBarrier()
  const create = useMutation({
    mutationFn: async (token: string) => {
      const made = await createPasskey(await options(token))
      if (made === null) return false
      await finish(made, token)
      forgetToken(kind)
      await sessionChanged(queries)
      return true
    },
  })
  if (create.data === true)
    return (
      <AuthPage title={after.title} heading={after.heading}>
        {after.text}
        <NamePasskey onDone={() => history.replace(safeRedirect(redirect ?? takeRedirect(serverNow())))} />
      </AuthPage>
    )
  return (
    <AuthPage title={before.title} heading={before.heading}>
      {token === null && <p>The link is incomplete. Open it again from the email.</p>}
      {token !== null && barrier !== null && <PasskeyNotice barrier={barrier} />}
      {token !== null && barrier === null && (
        <>
          {before.text}
          <CreateButton isBusy={create.isPending} onClick={() => create.mutate(token)} />
        </>
      )}
      <ProblemNote error={create.error} />
      {create.error !== null && <p>{ways}</p>}
    </AuthPage>
  )
}

function CreateButton({ isBusy, onClick }: { readonly isBusy: boolean; readonly onClick: () => void }) {
  return (
    <Button look="primary" className="min-h-9 w-full" disabled={isBusy} onClick={onClick}>
      {isBusy ? 'Waiting for your device…' : 'Create passkey'}
    </Button>
  )
}
