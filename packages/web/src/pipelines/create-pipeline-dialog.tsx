import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { useSubmit } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { CopyField } from '../design/copy-field.tsx'
import { Field } from '../design/field.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { FormProblem } from '../design/problems.tsx'
import { createPipeline } from './queries.ts'

interface CreatePipelineDialogProps {
  readonly org: string
  readonly open: boolean
  readonly onClose: () => void
}

/** Creates a pipeline manually. A run or a connected repository creates most pipelines. */
export function CreatePipelineDialog({ open, onClose, org }: CreatePipelineDialogProps) {
  const form = useId()
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="New pipeline"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} look="primary">
            Create pipeline
          </Button>
        </>
      }
    >
      <CreateForm id={form} org={org} onClose={onClose} />
    </Dialog>
  )
}

function CreateForm({ id, org, onClose }: Omit<CreatePipelineDialogProps, 'open'> & { readonly id: string }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [values, setValues] = useState({ name: '', repository: '', default_branch: 'main', source_slug: '' })
  const { submit, isBusy, problem } = useSubmit(async () => {
    const { source_slug, ...rest } = values
    const { slug } = await createPipeline(org, source_slug === '' ? rest : { ...rest, source_slug })
    await client.invalidateQueries({ queryKey: ['pipeline-summaries', org] })
    onClose()
    void navigate({ to: '/$org/pipelines/$slug', params: { org, slug } })
  })
  const field = (name: keyof typeof values) => ({
    value: values[name],
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      setValues({ ...values, [name]: target.value }),
    problem: problem?.fields[name] ?? null,
    autoComplete: 'off',
  })
  return (
    <form id={id} onSubmit={submit} className="flex flex-col gap-4 pb-2">
      <FromCode />
      <FormProblem problem={problem} fields={Object.keys(values)} />
      <Field
        label="Name"
        required
        maxLength={255}
        {...field('name')}
        hint="The URL is derived from it and never changes."
      />
      <Field
        label="Repository"
        required
        maxLength={1024}
        placeholder="https://github.com/acme/app"
        {...field('repository')}
        hint="Builds fetch from this repository once it is connected."
      />
      <Field label="Default branch" required maxLength={255} {...field('default_branch')} />
      <Field
        label="Name in the code (optional)"
        {...field('source_slug')}
        hint="The slug in the pipeline file, if it differs from the name."
      />
      <p role="status" className="text-muted">
        {isBusy ? 'Creating…' : ''}
      </p>
    </form>
  )
}

/** Explains how pipelines are created without this form. */
function FromCode() {
  return (
    <div className="flex flex-col gap-2 text-muted">
      <p>
        Pipelines of connected repositories are created from their code. To create and build one from a checkout, run:
      </p>
      <CopyField label="the command that creates a pipeline" text="hm run --cloud" />
    </div>
  )
}
