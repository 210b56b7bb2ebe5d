import { useQueryClient } from '@tanstack/react-query'
import type { Schema } from '../../api/schemas.ts'
import { usePermission } from '../../api/session.ts'
import { useSubmit } from '../../api/use-submit.ts'
import { Button } from '../../design/button.tsx'
import { Checkbox } from '../../design/checkbox.tsx'
import { Field, Select, TextArea } from '../../design/field.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { Notice } from '../../design/notice.tsx'
import { FormProblem } from '../../design/problems.tsx'
import { useEdits } from '../../design/use-edits.ts'
import { toast } from '../../interaction/toasts.tsx'
import { changePipeline } from '../queries.ts'
import { changesOf, type SettingsValues, valuesOf } from './settings-values.ts'

interface SettingsFormProps {
  readonly org: string
  readonly pipeline: Schema<'Pipeline'>
}

const names = ['name', 'description', 'default_branch', 'repo_name', 'source_slug', 'protected_branches'] as const

/** Edits the settings of a pipeline. Settings from the repository's code are locked. */
export function SettingsForm({ org, pipeline }: SettingsFormProps) {
  const form = useSettings({ org, pipeline })
  const { values, set, field, mayChange, isByCode, problem } = form
  const locked = isByCode ? 'Set by the repository’s code; change it there.' : undefined
  return (
    <form onSubmit={form.submit} className="flex flex-col gap-4">
      {isByCode && <ManagedByCode pipeline={pipeline} />}
      <FormProblem problem={problem} fields={names} />
      <Field label="Name" {...field('name', true)} hint={locked} />
      <TextArea label="Description" rows={2} {...field('description', false)} />
      <Field label="Default branch" {...field('default_branch', true)} hint={locked} />
      <Field
        label="Repository name"
        placeholder="owner/name"
        {...field('repo_name', false)}
        hint="Builds fetch from the connected repository of this name."
      />
      <Field
        label="Name in the code"
        {...field('source_slug', true)}
        hint={locked ?? 'The slug of the pipeline in the repository’s .hm folder.'}
      />
      <Checkbox
        label="Manual builds"
        hint={locked ?? 'People, hm and the API can start builds, not only triggers.'}
        checked={values.allow_manual}
        disabled={!mayChange || isByCode}
        onChange={(allow_manual) => set({ allow_manual })}
      />
      <TrustFields form={form} />
      <p>
        <Button
          type="submit"
          look="primary"
          refused={form.refused}
          aria-disabled={form.isBusy || form.refused !== null}
        >
          {form.isBusy ? 'Saving…' : 'Save settings'}
        </Button>
      </p>
    </form>
  )
}

/** Shows the settings for forks, protected branches and cache sharing. */
function TrustFields({ form: { values, set, field, mayChange } }: { readonly form: ReturnType<typeof useSettings> }) {
  return (
    <>
      <Select
        label="Pull requests from forks"
        value={values.fork_policy}
        disabled={!mayChange}
        onChange={({ target }) => set({ fork_policy: target.value as SettingsValues['fork_policy'] })}
        hint="Builds of forks never get secrets."
      >
        <option value="approval">Build after a member approves</option>
        <option value="always">Build always</option>
        <option value="never">Never build</option>
      </Select>
      <Field
        label="Protected branches"
        placeholder="release/*"
        {...field('protected_branches', false)}
        hint="Separate with spaces. Like the default branch, they use only cache entries from protected branches."
        spellCheck={false}
      />
      <Checkbox
        label="Share the cache"
        hint="All branches and uploads share cache entries; forks do not. Anyone who can start builds can then change what the default branch builds on."
        checked={values.cache_share}
        disabled={!mayChange}
        onChange={(cache_share) => set({ cache_share })}
      />
    </>
  )
}

/** Returns the values of the form, and functions that change and save them. */
function useSettings({ org, pipeline }: SettingsFormProps) {
  const queries = useQueryClient()
  const mayChange = usePermission(org, 'pipeline.manage')
  const { values, set, forget } = useEdits(valuesOf(pipeline))
  const isByCode = pipeline.managed_by_code === true
  const changes = changesOf(pipeline, values)
  const hasChanged = Object.keys(changes).length > 0
  const { submit, isBusy, problem } = useSubmit(async () => {
    await changePipeline(queries, org, pipeline.slug, changes)
    forget()
    toast('Settings saved')
  }, hasChanged)
  /** `isOfCode`: the repository's code sets it, if the code manages the pipeline. */
  const field = (name: (typeof names)[number], isOfCode: boolean) => ({
    value: values[name],
    onChange: ({ target }: { readonly target: { readonly value: string } }) => set({ [name]: target.value }),
    disabled: !mayChange || (isOfCode && isByCode),
    problem: problem?.fields[name] ?? null,
    autoComplete: 'off',
  })
  const unchanged = hasChanged ? null : 'No changes to save'
  const refused = mayChange ? unchanged : `Only owners and admins of ${org} can change settings`
  return { values, set, field, mayChange, isByCode, submit, isBusy, problem, refused }
}

function ManagedByCode({ pipeline }: Pick<SettingsFormProps, 'pipeline'>) {
  return (
    <Notice title="Managed by code">
      <p>
        The pipeline file in <IsolatedText text={pipeline.repo_name ?? pipeline.repository} /> sets the name, default
        branch, manual builds and the name in the code. You cannot change them here.
      </p>
    </Notice>
  )
}
