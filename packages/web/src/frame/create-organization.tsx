import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { checkSession } from '../api/session-tabs.ts'
import { submitOnce } from '../api/use-submit.ts'
import { Field } from '../design/field.tsx'
import { FormButtons } from '../design/form-buttons.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { createOrganization } from '../palette/queries.ts'

/** Creates an organization and opens it (`?create-org=1` on any page). */
export function CreateOrganization() {
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: async () => {
      const { slug } = await createOrganization(name.trim())
      await checkSession()
      await navigate({ to: '/$org/pipelines', params: { org: slug } })
    },
  })
  const close = () => void navigate({ to: '.', search: ({ 'create-org': _, ...rest }) => rest, replace: true })
  const fieldProblem = create.error === null ? null : (problemOf(create.error).fields.name ?? null)
  return (
    <Dialog open onClose={close} title="Create an organization">
      <form onSubmit={submitOnce(create, name.trim() !== '')} className="flex flex-col gap-4 pb-3">
        <Field
          label="Name"
          hint="Each organization has its own pipelines, members and usage. Its URL is derived from the name."
          value={name}
          onChange={(event) => setName(event.target.value)}
          problem={fieldProblem}
          autoComplete="organization"
          maxLength={200}
          required
        />
        {fieldProblem === null && <ProblemNote error={create.error} />}
        <FormButtons does="Create" isBusy={create.isPending} onClose={close} />
      </form>
    </Dialog>
  )
}
