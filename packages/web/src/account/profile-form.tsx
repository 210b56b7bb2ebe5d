import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useSession } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { Foreign } from '../design/isolated-text.tsx'
import { ProblemNote } from '../design/problem-note.tsx'
import { toast } from '../interaction/toast-store.ts'
import { accountChanges } from './queries.ts'

/** The name that others see, and the address that stands for the account. */
export function ProfileForm() {
  const { user } = useSession()
  const kept = user.name ?? ''
  const [name, setName] = useState(kept)
  const changes = accountChanges(useQueryClient())
  const save = useMutation({ mutationFn: () => changes.rename(name), onSuccess: () => toast('Name saved') })
  const problem = save.error === null ? undefined : problemOf(save.error).fields.name
  const isAsKept = name.trim() === kept || name.trim() === ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!save.isPending && !isAsKept) save.mutate()
  }
  return (
    <form onSubmit={submit} className="flex max-w-120 flex-col gap-4 px-4 py-6">
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
          <Foreign text={user.email} />
        </p>
        <p className="text-13 text-muted">Used to sign in and for notices. It cannot be changed.</p>
      </div>
      {problem === undefined && <ProblemNote error={save.error} />}
      <div>
        <Button type="submit" refused={isAsKept ? 'No changes to save' : null} disabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  )
}
