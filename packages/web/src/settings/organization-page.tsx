import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { usePermission, useSession } from '../api/session.ts'
import { useSubmit } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { Checkbox } from '../design/checkbox.tsx'
import { Field, TextArea } from '../design/field.tsx'
import { Instant } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { FormProblem } from '../design/problems.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { useEdits } from '../design/use-edits.ts'
import { toast } from '../interaction/toasts.tsx'
import { changesOf, type OrganizationValues, valuesOf } from './organization-values.ts'
import { organizationChanges, organizationQuery } from './queries.ts'
import { RegistriesSection } from './registries-section.tsx'
import { SettingsLayout } from './settings-layout.tsx'

/** Shows the settings of the organization and its deletion. */
export function OrganizationPage() {
  const { org } = useParams({ from: '/signed-in/$org/settings' })
  const query = useQuery(organizationQuery(org))
  const { data } = query
  return (
    <SettingsLayout org={org} title="Organization">
      <QueryPlaceholder query={query} what="the organization" label="Loading" />
      {data !== undefined && (
        <div className="flex max-w-[72ch] flex-col gap-10 px-4 py-6">
          <OrganizationForm organization={data} />
          <RegistriesSection org={org} />
          <DeleteOrganization organization={data} />
        </div>
      )}
    </SettingsLayout>
  )
}

/** Edits name, website, who may create pipelines, and the hosts that steps may reach. */
export function OrganizationForm({ organization }: { readonly organization: Schema<'Organization'> }) {
  const { slug } = organization
  const mayChange = usePermission(slug, 'organization')
  const queries = useQueryClient()
  const { values, set, forget } = useEdits(valuesOf(organization))
  const changes = changesOf(organization, values)
  const hasChanged = Object.keys(changes).length > 0
  const { submit, problem } = useSubmit(async () => {
    await organizationChanges(queries, slug).update(changes)
    forget()
    toast('Saved')
  }, hasChanged)
  const fields = problem?.fields ?? {}
  const unchanged = hasChanged ? null : 'No changes to save'
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field
        label="Name"
        value={values.name}
        onChange={({ target }) => set({ name: target.value })}
        problem={fields.name}
        disabled={!mayChange}
        required
      />
      <Field
        label="Website"
        type="url"
        placeholder="https://"
        value={values.url}
        onChange={({ target }) => set({ url: target.value })}
        problem={fields.url}
        disabled={!mayChange}
      />
      <Checkbox
        label="Members may create pipelines"
        checked={values.isOpenToMembers}
        onChange={(isOpenToMembers) => set({ isOpenToMembers })}
        disabled={!mayChange}
      />
      <CeilingFields values={values} set={set} problem={fields.egress_ceiling} disabled={!mayChange} />
      <FixedFacts organization={organization} />
      <FormProblem problem={problem} fields={['name', 'url', 'egress_ceiling']} />
      <div>
        <Button type="submit" look="primary" refused={mayChange ? unchanged : 'Only owners and admins can change this'}>
          Save
        </Button>
      </div>
    </form>
  )
}

interface CeilingFieldsProps {
  readonly values: OrganizationValues
  readonly set: (changed: Partial<OrganizationValues>) => void
  readonly problem: string | undefined
  readonly disabled: boolean
}

function CeilingFields({ values: { hasCeiling, ceiling }, set, problem, disabled }: CeilingFieldsProps) {
  return (
    <>
      <Checkbox
        label="Steps reach only some hosts"
        checked={hasCeiling}
        onChange={(isOn) => set({ hasCeiling: isOn })}
        disabled={disabled}
      />
      {hasCeiling && (
        <TextArea
          label="Hosts that steps may reach"
          hint="One on each line, such as registry.npmjs.org, *.example.com or github.com:22. The egress of a step can only narrow them. Holds for new builds; no line allows no host."
          rows={6}
          value={ceiling}
          onChange={({ target }) => set({ ceiling: target.value })}
          problem={problem}
          disabled={disabled}
        />
      )}
    </>
  )
}

function FixedFacts({
  organization: { slug, created_at: createdAt },
}: {
  readonly organization: Schema<'Organization'>
}) {
  return (
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
  )
}

/** Deletes the organization once its name is typed, and lists what is deleted (web S7). */
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
          All pipelines of <IsolatedText text={name} />, their builds, logs and artifacts, its secrets, invites and
          connections to forges are deleted. Running builds are canceled. This cannot be undone.
        </p>
      </ConfirmDialog>
    </section>
  )
}
