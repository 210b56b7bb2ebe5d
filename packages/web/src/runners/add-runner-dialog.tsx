import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { serverNow } from '../api/clock.ts'
import { problemOf } from '../api/problem.ts'
import { submitOnce } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { Checkbox } from '../design/checkbox.tsx'
import { CopyField } from '../design/copy-field.tsx'
import { Field, Select } from '../design/field.tsx'
import { FormButtons } from '../design/form-buttons.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { listIn } from '../text/list-in.ts'
import { isReachable, runnerCommands } from './facts.ts'
import { runnerChanges } from './queries.ts'

interface AddRunnerDialogProps {
  readonly org: string
  readonly isOperator: boolean
  readonly open: boolean
  readonly onClose: () => void
}

/** Creates a key for runners, and shows it once, with the commands that use it. */
export function AddRunnerDialog({ open, onClose, ...who }: AddRunnerDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title="Add a runner" wide>
      <AddRunner onClose={onClose} {...who} />
    </Dialog>
  )
}

const lifetimes = [1, 30, 365] as const
const uses = [1, 10, 100, 1000] as const
const dayMs = 24 * 3600 * 1000

interface Draft {
  readonly pool: string
  readonly labels: string
  readonly days: number
  readonly uses: number
  readonly secrets: boolean
  readonly everyOrganization: boolean
}

type Problems = ReturnType<typeof problemOf>['fields']

/** Returns the error of a label, worded as the rest of a sentence. */
function labelProblemOf(problems: Problems): string | null {
  return Object.entries(problems).find(([field]) => field.startsWith('labels'))?.[1] ?? null
}

/** A child of the dialog, so that its state is new each time. */
function AddRunner({ org, isOperator, onClose }: Omit<AddRunnerDialogProps, 'open'>) {
  const changes = runnerChanges(useQueryClient(), org)
  // Starts with the least access: one runner, for a day.
  const [draft, setDraft] = useState<Draft>({
    ...{ pool: 'default', labels: '', days: 1, uses: 1, secrets: true, everyOrganization: false },
  })
  const create = useMutation({
    mutationFn: () =>
      changes.createKey({
        pool: draft.pool.trim(),
        labels: listIn(draft.labels),
        secrets: draft.secrets,
        uses: draft.uses,
        expires_at: new Date(serverNow() + draft.days * dayMs).toISOString(),
        every_organization: draft.everyOrganization,
      }),
    // The key stays in this dialog and is never cached.
    gcTime: 0,
  })
  if (create.data !== undefined) return <MadeKey runnerKey={create.data} onClose={onClose} />
  const { fields } = problemOf(create.error)
  const isNamed = fields.pool !== undefined || labelProblemOf(fields) !== null
  return (
    <form onSubmit={submitOnce(create)} className="flex flex-col gap-4 pb-5">
      <DraftFields draft={draft} onChange={setDraft} isOperator={isOperator} problems={fields} />
      {!isNamed && <ProblemNote error={create.error} />}
      <FormButtons does="Make a key" isBusy={create.isPending} onClose={onClose} />
    </form>
  )
}

interface DraftFieldsProps {
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
  readonly isOperator: boolean
  readonly problems: Problems
}

function DraftFields({ draft, onChange, isOperator, problems }: DraftFieldsProps) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Names draft={draft} onChange={onChange} problems={problems} />
        <Limits draft={draft} onChange={onChange} />
      </div>
      <div className="flex flex-col gap-1">
        <Checkbox
          label="Jobs on it get secrets"
          hint="Without secrets, jobs of strangers’ forks can run there."
          checked={draft.secrets}
          onChange={(secrets) => onChange({ ...draft, secrets })}
        />
        {isOperator && (
          <Checkbox
            label="Takes jobs of all organizations"
            hint="Otherwise only jobs of this organization."
            checked={draft.everyOrganization}
            onChange={(everyOrganization) => onChange({ ...draft, everyOrganization })}
          />
        )}
      </div>
    </>
  )
}

function Names({ draft, onChange, problems }: Omit<DraftFieldsProps, 'isOperator'>) {
  const labelProblem = labelProblemOf(problems)
  return (
    <>
      <Field
        label="Pool"
        hint="Steps without a pool run in “default”."
        required
        maxLength={63}
        autoComplete="off"
        spellCheck={false}
        value={draft.pool}
        onChange={({ target }) => onChange({ ...draft, pool: target.value })}
        problem={problems.pool === undefined ? null : `The pool ${problems.pool}.`}
      />
      <Field
        label="Labels"
        hint="The machine’s capabilities, such as gpu or arm64, separated by commas."
        autoComplete="off"
        spellCheck={false}
        value={draft.labels}
        onChange={({ target }) => onChange({ ...draft, labels: target.value })}
        problem={labelProblem === null ? null : `A label ${labelProblem}.`}
      />
    </>
  )
}

function Limits({ draft, onChange }: Pick<DraftFieldsProps, 'draft' | 'onChange'>) {
  return (
    <>
      <Select
        label="How many may join"
        value={String(draft.uses)}
        onChange={({ target }) => onChange({ ...draft, uses: Number(target.value) })}
      >
        {uses.map((count) => (
          <option key={count} value={count}>
            {count === 1 ? 'One runner' : `${count} runners`}
          </option>
        ))}
      </Select>
      <Select
        label="Until"
        value={String(draft.days)}
        hint="A runner that has joined stays."
        onChange={({ target }) => onChange({ ...draft, days: Number(target.value) })}
      >
        {lifetimes.map((days) => (
          <option key={days} value={days}>
            {days === 1 ? 'In a day' : days === 365 ? 'In a year' : `In ${days} days`}
          </option>
        ))}
      </Select>
    </>
  )
}

function MadeKey({ runnerKey, onClose }: { readonly runnerKey: string; readonly onClose: () => void }) {
  const { origin } = location
  return (
    <div className="flex flex-col gap-3 pb-5">
      <p>
        On the other machine, as root, in a checkout of Harmont in this server’s release. The key is not shown again;
        the runner needs it at its first start only.
      </p>
      {runnerCommands(origin, runnerKey).map(({ does, text }) => (
        <CopyField key={does} label={`the command to ${does}`} text={text} />
      ))}
      {!isReachable(origin) && (
        <p role="alert" className="text-wait">
          Runners elsewhere need https: put a proxy with a certificate in front of this server, and use its address.
        </p>
      )}
      <p className="text-13 text-muted">
        It appears here as soon as it has joined.{' '}
        <a href="/docs/runners" className="underline">
          Settings of runners, and running them as a service
        </a>
      </p>
      <p>Only the key:</p>
      <CopyField label="the key" text={runnerKey} />
      <div className="flex justify-end">
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}
