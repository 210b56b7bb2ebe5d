import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { changedMembers } from '../../api/changed-members.ts'
import type { Problem } from '../../api/problem.ts'
import type { Schema } from '../../api/schemas.ts'
import { useSubmit } from '../../api/use-submit.ts'
import { Checkbox } from '../../design/checkbox.tsx'
import { Field, Select } from '../../design/field.tsx'
import { FormButtons } from '../../design/form-buttons.tsx'
import { FormProblem } from '../../design/problems.tsx'
import { Segmented } from '../../design/segmented.tsx'
import { listIn } from '../../text/list-in.ts'
import { membersQuery } from '../queries.ts'
import type { Notification } from './queries.ts'
import { eventWords } from './words.ts'

type Kind = Notification['kind']

const kinds = [
  { value: 'slack', label: 'Slack' },
  { value: 'webhook', label: 'Webhook' },
  { value: 'email', label: 'Email' },
] as const

const fields = ['events', 'branches', 'url', 'email']

/** The fields as typed. */
interface Limits {
  readonly events: readonly string[]
  /** Globs, separated by spaces; empty for every build. */
  readonly branches: string
}

function bodyOf({ events, branches }: Limits): { events: string[]; branches: string[] | null } {
  const globs = listIn(branches)
  return { events: [...events], branches: globs.length === 0 ? null : globs }
}

interface AddFormProps {
  readonly org: string
  readonly onClose: () => void
  readonly onAdd: (body: Schema<'CreateNotificationRequest'>) => Promise<void>
}

export function AddForm({ org, onClose, onAdd }: AddFormProps) {
  const [kind, setKind] = useState<Kind>('slack')
  const [url, setUrl] = useState('')
  const [email, setEmail] = useState('')
  const [limits, setLimits] = useState<Limits>({ events: ['broke', 'fixed'], branches: '' })
  const { submit, isBusy, problem } = useSubmit(() =>
    onAdd({ kind, ...bodyOf(limits), ...(kind === 'email' ? { email } : { url: url.trim() }) }),
  )
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 pb-4">
      <FormProblem problem={problem} fields={fields} />
      <div>
        <Segmented label="Kind" value={kind} choices={kinds} onChange={setKind} />
      </div>
      {kind === 'email' ? (
        <MemberField org={org} email={email} onChange={setEmail} problem={problem} />
      ) : (
        <Field
          label={kind === 'slack' ? 'Address of the incoming webhook' : 'Address'}
          required
          type="url"
          value={url}
          onChange={({ target }) => setUrl(target.value)}
          problem={problem?.fields.url === undefined ? null : `The address ${problem.fields.url}.`}
          placeholder={kind === 'slack' ? 'https://hooks.slack.com/services/…' : 'https://example.com/hooks/harmont'}
          hint="Stored encrypted. It must use https and be reachable on the Internet."
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <LimitFields limits={limits} onChange={setLimits} problem={problem} />
      <FormButtons does="Add" isBusy={isBusy} onClose={onClose} />
    </form>
  )
}

interface MemberFieldProps {
  readonly org: string
  readonly email: string
  readonly onChange: (email: string) => void
  readonly problem: Problem | null
}

/** Selects a member, because mails go only to members, who can unsubscribe themselves. */
function MemberField({ org, email, onChange, problem }: MemberFieldProps) {
  const { data } = useQuery(membersQuery(org))
  return (
    <Select
      label="Member"
      required
      value={email}
      onChange={({ target }) => onChange(target.value)}
      problem={problem?.fields.email === undefined ? null : `The address ${problem.fields.email}.`}
      hint="Members can end such mails with “Unsubscribe” in their mail program."
    >
      <option value="">Choose…</option>
      {data?.data.map((member) => (
        <option key={member.email} value={member.email}>
          {member.email}
        </option>
      ))}
    </Select>
  )
}

interface ChangeFormProps {
  readonly notification: Notification
  readonly onClose: () => void
  readonly onChange: (body: Schema<'UpdateNotificationRequest'>) => Promise<void>
}

/**
 * Changes the events of a notification, and whether it is on. The receiver stays: another receiver
 * needs another notification.
 */
export function ChangeForm({ notification, onClose, onChange }: ChangeFormProps) {
  const { events, branches } = notification
  const [limits, setLimits] = useState<Limits>({ events, branches: branches?.join(' ') ?? '' })
  const [enabled, setEnabled] = useState(notification.enabled)
  const { submit, isBusy, problem } = useSubmit(() =>
    onChange(changedMembers<Schema<'UpdateNotificationRequest'>>(notification, { ...bodyOf(limits), enabled })),
  )
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FormProblem problem={problem} fields={fields} />
      <LimitFields limits={limits} onChange={setLimits} problem={problem} />
      <Checkbox label="Switched on" checked={enabled} onChange={setEnabled} />
      <FormButtons does="Save" isBusy={isBusy} onClose={onClose} />
    </form>
  )
}

interface LimitFieldsProps {
  readonly limits: Limits
  readonly onChange: (limits: Limits) => void
  readonly problem: Problem | null
}

function LimitFields({ limits, onChange, problem }: LimitFieldsProps) {
  const chosen = limits.events
  return (
    <>
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 font-semibold">Tell when</legend>
        {eventWords.map(([event, label]) => (
          <Checkbox
            key={event}
            label={label}
            checked={chosen.includes(event)}
            onChange={(isOn) =>
              onChange({ ...limits, events: isOn ? [...chosen, event] : chosen.filter((one) => one !== event) })
            }
          />
        ))}
        {problem?.fields.events !== undefined && (
          <p role="alert" className="text-13 text-fail">
            Choose at least one.
          </p>
        )}
      </fieldset>
      <Field
        label="Limit to branches (optional)"
        value={limits.branches}
        onChange={({ target }) => onChange({ ...limits, branches: target.value })}
        problem={problem?.fields.branches}
        placeholder="main release/*"
        hint="Separate with spaces. Builds of tags and pull requests belong to no branch."
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
    </>
  )
}
