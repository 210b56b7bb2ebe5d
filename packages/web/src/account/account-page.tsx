import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNow } from '../api/clock.ts'
import { problemOf } from '../api/problem.ts'
import { useSession } from '../api/session.ts'
import { submitOnce } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { toast } from '../interaction/toasts.tsx'
import { AccountLayout } from './account-layout.tsx'
import { ConfirmIdentity } from './confirm-identity.tsx'
import { Identities } from './identities.tsx'
import { accountChanges, sessionsQuery } from './queries.ts'
import { isFresh } from './sign-in-methods.ts'

/** Shows the profile, the linked accounts and the way to delete the account. */
export function AccountPage() {
  return (
    <AccountLayout title="Account">
      <ProfileForm />
      <Identities />
      <DeleteAccount />
    </AccountLayout>
  )
}

/** Edits the name that others see, and shows the address of the account. */
function ProfileForm() {
  const { user } = useSession()
  const current = user.name ?? ''
  const [name, setName] = useState(current)
  const changes = accountChanges(useQueryClient())
  const save = useMutation({ mutationFn: () => changes.rename(name), onSuccess: () => toast('Name saved') })
  const problem = save.error === null ? undefined : problemOf(save.error).fields.name
  const isUnchanged = name.trim() === current || name.trim() === ''
  return (
    <form onSubmit={submitOnce(save, !isUnchanged)} className="flex max-w-120 flex-col gap-4 px-4 py-6">
      <Field
        label="Name"
        hint="Visible to members of your organizations."
        autoComplete="name"
        required
        maxLength={255}
        value={name}
        onChange={({ target }) => setName(target.value)}
        problem={problem}
      />
      <div>
        <p className="font-semibold">Email address</p>
        <p>
          <IsolatedText text={user.email} />
        </p>
        <p className="text-13 text-muted">Used to sign in and for notices. It cannot be changed.</p>
      </div>
      {problem === undefined && <ProblemNote error={save.error} />}
      <div>
        <Button type="submit" refused={isUnchanged ? 'No changes to save' : null} disabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  )
}

/** Deletes the account after a fresh sign-in, once its address is typed (web S7). */
function DeleteAccount() {
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
      <ConfirmIdentity open={isAsked && sessions.data !== undefined && !isReady} onClose={close} />
      <ConfirmDialog
        open={isAsked && isReady}
        onClose={close}
        title="Delete your account?"
        typed={user.email}
        confirm="Delete my account"
        onConfirm={changes.deleteAccount}
      >
        <DeletionList />
      </ConfirmDialog>
    </section>
  )
}

function DeletionList() {
  const { organizations } = useSession()
  const owned = organizations.filter(({ role }) => role === 'owner')
  return (
    <>
      <p>This cannot be undone. It deletes:</p>
      <ul className="list-disc pl-5">
        <li>your sessions in browsers and terminals, API keys, passkeys, linked accounts, and your open invitations</li>
        {owned.map(({ slug, name }) => (
          <li key={slug}>
            <IsolatedText text={name} />, with its pipelines, logs and snapshots, if it has no other member
          </li>
        ))}
      </ul>
      <p>Builds that you started in other organizations are kept, without your name.</p>
    </>
  )
}
