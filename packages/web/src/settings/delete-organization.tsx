import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { usePermission, useSession } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { ConfirmDialog } from '../design/confirm-dialog.tsx'
import { Foreign } from '../design/isolated-text.tsx'
import { organizationChanges } from './queries.ts'

/** Asks for the name to be typed, and lists what goes (web S7). */
export function DeleteOrganization({ organization }: { readonly organization: Schema<'Organization'> }) {
  const { slug, name } = organization
  const [isAsked, setAsked] = useState(false)
  const navigate = useNavigate()
  const changes = organizationChanges(useQueryClient(), slug)
  const mayDelete = usePermission(slug, 'organization.delete')
  const isPersonal = useSession().user.personal_org_slug === slug
  const remove = async () => {
    await changes.remove()
    await navigate({ to: '/' })
  }
  const refused = isPersonal
    ? 'Your personal organization is deleted only with your account'
    : mayDelete
      ? null
      : 'Only owners can delete an organization'
  return (
    <section className="flex flex-col gap-2 border-t border-hairline pt-6">
      <h2 className="text-16 font-semibold">Delete this organization</h2>
      <p className="text-muted">
        Deletes its pipelines, builds, logs, secrets, invites and connections, for all members.{' '}
        {refused !== null && `${refused}.`}
      </p>
      <div>
        <Button look="danger" refused={refused} onClick={() => setAsked(true)}>
          Delete organization
        </Button>
      </div>
      <ConfirmDialog
        open={isAsked}
        onClose={() => setAsked(false)}
        title={`Delete ${name}?`}
        typed={slug}
        confirm="Delete organization"
        onConfirm={remove}
      >
        <p>
          All pipelines of <Foreign text={name} />, their builds, logs and artifacts, its secrets, invites and
          connections to forges are deleted. Running builds are canceled. This cannot be undone.
        </p>
      </ConfirmDialog>
    </section>
  )
}
