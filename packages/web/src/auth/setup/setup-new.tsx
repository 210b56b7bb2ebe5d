import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/problem.ts'
import type { Session } from '../../api/session.ts'
import { sessionChanged } from '../../api/session-change.ts'
import { Button } from '../../design/button.tsx'
import { CopyField } from '../../design/copy-field.tsx'
import { Field } from '../../design/field.tsx'
import { ProblemNote } from '../../design/problems.tsx'
import { type PasskeyBarrier, setupLinkCommand } from '../../passkeys/barrier.ts'
import { createPasskey } from '../../passkeys/ceremonies.ts'
import { PasskeyNotice } from '../../passkeys/passkey-notice.tsx'
import { usePasskeyBarrier } from '../../passkeys/use-barrier.ts'
import { AuthCard } from '../auth-page.tsx'
import { forgetToken } from '../link-token.ts'
import { completeSetup, setupOptions } from '../queries.ts'

interface Draft {
  readonly name: string
  readonly email: string
  readonly organization_name: string
}

/** Creates the first administrator and their organization. */
export function SetupNew({ token }: { readonly token: string }) {
  const barrier = usePasskeyBarrier()
  const { history } = useRouter()
  const [draft, setDraft] = useState<Draft>({ name: '', email: '', organization_name: '' })
  const complete = useComplete(token, draft, barrier)
  const place = complete.data == null ? '/' : placeOf(complete.data, draft)
  if (complete.data != null && barrier !== null)
    return <WithoutPasskey email={draft.email} onContinue={() => history.replace(place)} />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (complete.isPending) return
    complete.mutate(undefined, {
      onSuccess: (session) => {
        if (session !== null && barrier === null) history.replace(placeOf(session, draft))
      },
    })
  }
  // Signing in works only at the server's own address.
  const isElsewhere = barrier?.kind === 'other-address'
  return (
    <AuthCard title="Set up" heading="Set up this server">
      {barrier !== null && <PasskeyNotice barrier={barrier} />}
      {!isElsewhere && (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <p>You become the first administrator.</p>
          <Fields draft={draft} onChange={setDraft} problems={problemsOf(complete.error)} />
          <Button type="submit" look="primary" className="min-h-9 w-full" disabled={complete.isPending}>
            {complete.isPending ? 'Working…' : barrier === null ? 'Create passkey' : 'Continue'}
          </Button>
        </form>
      )}
      <ProblemNote error={complete.error} />
    </AuthCard>
  )
}

function useComplete(setup_token: string, draft: Draft, barrier: PasskeyBarrier | null) {
  const queryClient = useQueryClient()
  return useMutation({
    /** Resolves to null if the person cancels the passkey. */
    mutationFn: async (): Promise<Session | null> => {
      const { organization_name, ...identity } = draft
      const made = barrier === null ? await createPasskey(await setupOptions({ setup_token, ...identity })) : {}
      if (made === null) return null
      await completeSetup({ setup_token, ...identity, organization_name, ...made })
      forgetToken('setup')
      return sessionChanged(queryClient)
    },
  })
}

function problemsOf(error: unknown): Readonly<Record<string, string>> {
  return error === null ? {} : problemOf(error).fields
}

/** Returns the path of the new organization, or of the personal one. */
function placeOf({ organizations, user }: Session, { organization_name }: Draft): string {
  const made = organizations.find(
    ({ name, slug }) => name === organization_name.trim() && slug !== user.personal_org_slug,
  )
  return made === undefined ? '/' : `/${made.slug}`
}

interface FieldsProps {
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
  readonly problems: Readonly<Record<string, string>>
}

function Fields({ draft, onChange, problems }: FieldsProps) {
  const bound = (name: keyof Draft) => ({
    name,
    value: draft[name],
    required: true,
    problem: problems[name],
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      onChange({ ...draft, [name]: target.value }),
  })
  return (
    <>
      <Field label="Your name" autoComplete="name" maxLength={255} {...bound('name')} />
      <Field label="Email address" type="email" autoComplete="email" maxLength={254} {...bound('email')} />
      <Field
        label="Organization"
        hint="Pipelines belong to an organization: your company, team or project."
        autoComplete="organization"
        maxLength={255}
        {...bound('organization_name')}
      />
    </>
  )
}

function WithoutPasskey({ email, onContinue }: { readonly email: string; readonly onContinue: () => void }) {
  return (
    <AuthCard title="Set up" heading="You are signed in">
      <p>
        You have no passkey. This browser stays signed in for 30 days. To get another sign-in link, run this in the
        server's folder:
      </p>
      <CopyField label="the command that prints a one-time link" text={setupLinkCommand(email)} />
      <Button look="primary" className="min-h-9 w-full" onClick={onContinue}>
        Continue
      </Button>
    </AuthCard>
  )
}
