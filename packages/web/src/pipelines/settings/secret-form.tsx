import { useState } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { useSubmit } from '../../api/use-submit.ts'
import { Checkbox } from '../../design/checkbox.tsx'
import { Field, TextArea } from '../../design/field.tsx'
import { FormButtons } from '../../design/form-buttons.tsx'
import { FormProblem } from '../../design/problems.tsx'
import { listIn } from '../../text/list-in.ts'
import { type SecretScope, setSecret } from './secret-queries.ts'

interface SecretFormProps {
  readonly scope: SecretScope
  /** The secret to replace; null for a new secret. */
  readonly secret: Schema<'Secret'> | null
  readonly onClose: () => void
  readonly onSet: (name: string) => Promise<void>
}

const events = [
  ['push', 'Pushes'],
  ['pull_request', 'Pull requests'],
  ['schedule', 'Schedules'],
  ['manual', 'Manual'],
  ['api', 'API and hm'],
] as const

/** The limits on builds that get the secret, as typed. */
interface Limits {
  /** Globs, separated by spaces; empty for every branch. */
  readonly branches: string
  /** Empty for every event. */
  readonly events: readonly string[]
  readonly uploads: boolean
}

/** Sets a secret. Never shows the old value. */
export function SecretForm({ scope, secret, onClose, onSet }: SecretFormProps) {
  const [name, setName] = useState(secret?.name ?? '')
  const [value, setValue] = useState('')
  const [limits, setLimits] = useState<Limits>({
    branches: secret?.branches?.join(' ') ?? '',
    events: secret?.events ?? [],
    uploads: secret?.uploads ?? false,
  })
  const { submit, isBusy, problem } = useSubmit(async () => {
    const { branches, events, uploads } = limits
    const globs = listIn(branches)
    await setSecret(scope, {
      ...{ name, value, uploads },
      branches: globs.length === 0 ? null : globs,
      events: events.length === 0 ? null : [...events],
    })
    await onSet(name)
  })
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 pb-4">
      <FormProblem problem={problem} fields={['name', 'value', 'branches']} />
      {secret === null && (
        <Field
          label="Name"
          required
          value={name}
          onChange={({ target }) => setName(target.value)}
          problem={problem?.fields.name}
          hint="Letters, digits and underscores, as in the pipeline."
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
      )}
      <TextArea
        label={secret === null ? 'Value' : 'New value'}
        required
        rows={3}
        value={value}
        onChange={({ target }) => setValue(target.value)}
        problem={problem?.fields.value}
        hint="Stored encrypted and never shown again. Logs show *** instead."
        autoComplete="off"
        autoCapitalize="off"
      />
      <LimitFields limits={limits} onChange={setLimits} problem={problem?.fields.branches} />
      <FormButtons does={secret === null ? 'Add secret' : 'Replace value'} isBusy={isBusy} onClose={onClose} />
    </form>
  )
}

interface LimitFieldsProps {
  readonly limits: Limits
  readonly onChange: (limits: Limits) => void
  readonly problem: string | undefined
}

function LimitFields({ limits, onChange, problem }: LimitFieldsProps) {
  const set = (changed: Partial<Limits>) => onChange({ ...limits, ...changed })
  const chosen = limits.events
  return (
    <>
      <Field
        label="Limit to branches (optional)"
        value={limits.branches}
        onChange={({ target }) => set({ branches: target.value })}
        problem={problem}
        placeholder="main release/*"
        hint="Separate with spaces. Leave it empty for every branch."
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 font-semibold">Limit to builds started by (optional)</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {events.map(([event, label]) => (
            <Checkbox
              key={event}
              label={label}
              checked={chosen.includes(event)}
              onChange={(isOn) => set({ events: isOn ? [...chosen, event] : chosen.filter((one) => one !== event) })}
            />
          ))}
        </div>
      </fieldset>
      <Checkbox
        label="Uploads can use it too"
        hint="The limits then rely on the upload’s claims, so anyone who can start builds can read the secret. Otherwise only source that the server fetched gets it."
        checked={limits.uploads}
        onChange={(uploads) => set({ uploads })}
      />
    </>
  )
}
