import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNow } from '../api/clock.ts'
import { useSession } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { ConfirmDialog } from '../design/confirm-dialog.tsx'
import { Foreign } from '../design/isolated-text.tsx'
import { SignInAgain } from './confirm-identity.tsx'
import { accountChanges, sessionsQuery } from './queries.ts'
import { isFresh } from './ways-in.ts'

/** The end of an account: after a fresh sign-in, with its address typed, and a list of what goes (web S7). */
export function DeleteAccount() {
  const [isAsked, setAsked] = useState(false)
  const { user } = useSession()
  const changes = accountChanges(useQueryClient())
  const sessions = useQuery({ ...sessionsQuery, enabled: isAsked })
  const now = useNow()
  const isReady = isFresh(sessions.data ?? [], now)
  const close = () => setAsked(false)
  return (
    <section className="flex flex-col items-start gap-2 border-t border-hairline px-4 py-6">
      <h2 className="text-16 font-semibold">Delete your account</h2>
      <p className="max-w-[72ch] text-muted">
        Deletes your sessions, API keys and passkeys, and every organization that has no other member.
      </p>
      <Button onClick={() => setAsked(true)}>Delete your account</Button>
      <SignInAgain open={isAsked && sessions.data !== undefined && !isReady} onClose={close} />
      <ConfirmDialog
        open={isAsked && isReady}
        onClose={close}
        title="Delete your account?"
        typed={user.email}
        confirm="Delete my account"
        onConfirm={changes.deleteAccount}
      >
        <WhatGoes />
      </ConfirmDialog>
    </section>
  )
}

function WhatGoes() {
  const { organizations } = useSession()
  const owned = organizations.filter(({ role }) => role === 'owner')
  return (
    <>
      <p>This cannot be undone. It deletes:</p>
      <ul className="list-disc pl-5">
        <li>your sessions in browsers and terminals, API keys, passkeys, linked accounts, and your open invitations</li>
        {owned.map(({ slug, name }) => (
          <li key={slug}>
            <Foreign text={name} />, with its pipelines, logs and snapshots, if it has no other member
          </li>
        ))}
      </ul>
      <p>Builds that you started in other organizations are kept, without your name.</p>
    </>
  )
}
