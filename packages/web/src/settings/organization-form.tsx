import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Problem, problemOf } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'
import { usePermission } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { Instant } from '../design/instant.tsx'
import { toast } from '../interaction/toast-store.ts'
import { organizationChanges } from './queries.ts'

/** Name, website, and who may create pipelines. */
export function OrganizationForm({ organization }: { readonly organization: Schema<'Organization'> }) {
  const { slug, created_at: createdAt } = organization
  const mayChange = usePermission(slug, 'organization')
  const changes = organizationChanges(useQueryClient(), slug)
  const [name, setName] = useState(organization.name)
  const [url, setUrl] = useState(organization.url ?? '')
  const [openToMembers, setOpenToMembers] = useState(organization.members_can_create_pipelines ?? true)
  const [problem, setProblem] = useState<Problem | null>(null)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setProblem(null)
    try {
      await changes.update({ name, url: url === '' ? null : url, members_can_create_pipelines: openToMembers })
      toast('Saved')
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  const fields = problem?.fields ?? {}
  return (
    <form onSubmit={save} className="flex flex-col gap-4">
      <Field
        label="Name"
        value={name}
        onChange={({ target }) => setName(target.value)}
        problem={fields.name}
        disabled={!mayChange}
        required
      />
      <Field
        label="Website"
        type="url"
        placeholder="https://"
        value={url}
        onChange={({ target }) => setUrl(target.value)}
        problem={fields.url}
        disabled={!mayChange}
      />
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={openToMembers}
          onChange={({ target }) => setOpenToMembers(target.checked)}
          disabled={!mayChange}
          className="size-4 accent-text"
        />
        Members may create pipelines
      </label>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-13">
        <dt className="text-muted">Address</dt>
        <dd>
          <code className="font-mono">{slug}</code>, which stays as it is
        </dd>
        <dt className="text-muted">Created</dt>
        <dd>
          <Instant at={createdAt} />
        </dd>
      </dl>
      {problem !== null && Object.keys(fields).length === 0 && (
        <p role="alert" className="text-fail">
          {problem.message}
        </p>
      )}
      <div>
        <Button type="submit" look="primary" refused={mayChange ? null : 'Only owners and admins can change this'}>
          Save
        </Button>
      </div>
    </form>
  )
}
