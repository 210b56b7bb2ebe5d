import { type ComponentProps, type FormEvent, useState } from 'react'
import { problemOf } from '../../api/problem.ts'
import type { Schema } from '../../api/schemas.ts'
import { Button } from '../../design/button.tsx'
import { Checkbox } from '../../design/checkbox.tsx'
import { Field, TextArea } from '../../design/field.tsx'
import type { BuildSources } from './build-sources.ts'
import { SourceChoice } from './source-choice.tsx'
import { StartRefusal } from './start-refusal.tsx'
import { problemsOfFields, type StartValues, startRequest } from './start-request.ts'
import { useStartBuild } from './use-start-build.ts'

interface NewBuildFormProps {
  readonly id: string
  readonly org: string
  readonly pipeline: Schema<'Pipeline'>
  readonly sources: BuildSources
  /** The newest build of the pipeline; null if there is none. */
  readonly newest: Schema<'BuildSummary'> | null
  readonly onClose: () => void
}

const textFields = ['branch', 'commit', 'message', 'variables', 'address', 'checksum'] as const
type TextField = (typeof textFields)[number]
const isShown = (name: string) => textFields.some((one) => one === name)

/** Shows the fields for source, branch, message and variables of a new build. */
export function NewBuildForm({ id, org, pipeline, sources, newest, onClose }: NewBuildFormProps) {
  const { values, set, field, submit, isBusy, error, isAtFields } = useNewBuild({ org, pipeline, sources, newest })
  const { source } = values
  return (
    <form id={id} onSubmit={submit} className="flex flex-col gap-4 pb-4" noValidate>
      <SourceChoice {...{ org, sources, newest, pipeline }} value={source} onChange={(kind) => set({ source: kind })} />
      <SourceFields source={source} field={field} />
      {source !== 'again' && <Field label="Message (optional)" {...field('message')} />}
      <TextArea
        label="Variables (optional)"
        rows={3}
        placeholder="NAME=value"
        {...field('variables')}
        hint="One per line. Do not enter secrets: everyone who can see the build can see them."
      />
      {source === 'again' && (
        <Checkbox
          label="Without cache"
          hint="Runs every step and ignores cached results."
          checked={values.withoutCache}
          onChange={(withoutCache) => set({ withoutCache })}
        />
      )}
      <StartRefusal org={org} slug={pipeline.slug} error={isBusy ? null : error} isAtFields={isAtFields} />
      <Footer isBusy={isBusy} onClose={onClose} />
    </form>
  )
}

/** Returns the values of the form, and functions that set them and start the build. */
function useNewBuild({ org, pipeline, sources, newest }: Omit<NewBuildFormProps, 'id' | 'onClose'>) {
  const { slug, default_branch } = pipeline
  const [values, setValues] = useState<StartValues>({
    source: sources.kinds[0] ?? 'address',
    ...{ branch: default_branch, commit: '', message: '', variables: '', address: '', checksum: '' },
    withoutCache: false,
  })
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({})
  const { start, isBusy, error } = useStartBuild(org, slug)

  const fieldProblems = { ...problemsOfFields(error === null ? {} : problemOf(error).fields), ...problems }
  const set = (changed: Partial<StartValues>) => setValues({ ...values, ...changed })
  const field = (name: TextField) => ({
    value: values[name],
    onChange: ({ target }: { readonly target: { readonly value: string } }) => set({ [name]: target.value }),
    problem: fieldProblems[name] ?? null,
    autoComplete: 'off',
    spellCheck: false,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const outcome = startRequest(values, newest?.number ?? null)
    setProblems(outcome.problems ?? {})
    if (outcome.request !== null) void start(outcome.request)
  }
  return { values, set, field, submit, isBusy, error, isAtFields: Object.keys(fieldProblems).every(isShown) }
}

interface SourceFieldsProps {
  readonly source: StartValues['source']
  /** Returns a field's value, its problem, and a function that sets it. */
  readonly field: (name: TextField) => Omit<ComponentProps<typeof Field>, 'label'>
}

/** Shows the field for the repository's commit, or for the archive's address. */
function SourceFields({ source, field }: SourceFieldsProps) {
  if (source === 'again') return null
  return (
    <>
      <Field label="Branch" {...field('branch')} />
      {source === 'repository' ? (
        <Field
          label="Commit (optional)"
          placeholder="The newest commit of the branch"
          hint="The full commit. Leave it empty for the newest commit of the branch."
          {...field('commit')}
        />
      ) : (
        <Field label="Commit (optional)" hint="The commit that the archive contains, if any." {...field('commit')} />
      )}
      {source === 'address' && (
        <>
          <Field
            label="URL of the archive"
            placeholder="https://…/source.tar.gz"
            inputMode="url"
            {...field('address')}
            hint="A .tar.gz with the pipeline’s files that the server can fetch over HTTPS."
          />
          <Field label="SHA-256 of the archive (optional)" {...field('checksum')} />
        </>
      )}
    </>
  )
}

function Footer({ isBusy, onClose }: { readonly isBusy: boolean; readonly onClose: () => void }) {
  return (
    <>
      <p role="status" className={isBusy ? 'text-muted' : 'sr-only'}>
        {isBusy
          ? 'Rendering the pipeline file, which can take 30 s. You can close this dialog: the build continues.'
          : ''}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{isBusy ? 'Close' : 'Cancel'}</Button>
        <Button type="submit" look="primary" aria-disabled={isBusy}>
          {isBusy ? 'Starting…' : 'Start build'}
        </Button>
      </div>
    </>
  )
}
