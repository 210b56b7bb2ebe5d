import type { FormEvent } from 'react'
import { problemOf } from '../api/problem.ts'
import { Checkbox } from '../design/checkbox.tsx'
import { Field, Select } from '../design/field.tsx'
import { FormButtons } from '../design/form-buttons.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { type Lifetime, lifetimeName, lifetimes, type Scope, scopeMeaning, scopes } from './key-facts.ts'

/** The values of the form that creates a key. */
export interface KeyDraft {
  readonly description: string
  readonly scopes: readonly Scope[]
  /** Slugs; null for all organizations, including future ones. */
  readonly organizations: string[] | null
  readonly days: Lifetime
}

interface KeyFormProps {
  readonly draft: KeyDraft
  readonly onChange: (draft: KeyDraft) => void
  /** The slugs of the person's organizations. */
  readonly slugs: readonly string[]
  readonly onCreate: (draft: KeyDraft) => void
  readonly isBusy: boolean
  readonly error: unknown
  readonly onClose: () => void
}

/** Asks for name, scopes, organizations and lifetime of a key, starting with the least access. */
export function KeyForm({ draft, onChange, slugs, onCreate, isBusy, error, onClose }: KeyFormProps) {
  const problems = error === null ? {} : problemOf(error).fields
  const lack = lackOf(draft)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isBusy && lack === null) onCreate(draft)
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 pb-5">
      <Field
        label="Name"
        hint="Name the program that uses it, so that you know what stops when you revoke it."
        required
        maxLength={255}
        autoComplete="off"
        value={draft.description}
        onChange={({ target }) => onChange({ ...draft, description: target.value })}
        problem={problems.description}
      />
      <KeyScopes chosen={draft.scopes} onChange={(chosen) => onChange({ ...draft, scopes: chosen })} />
      <KeyPlaces
        slugs={slugs}
        chosen={draft.organizations}
        onChange={(organizations) => onChange({ ...draft, organizations })}
      />
      <KeyLifetime days={draft.days} onChange={(days) => onChange({ ...draft, days })} problem={problems.expires_at} />
      <ProblemNote error={error} />
      <FormButtons does="Create key" isBusy={isBusy} onClose={onClose} refused={lack} />
    </form>
  )
}

function lackOf({ scopes: wanted, organizations }: KeyDraft): string | null {
  if (wanted.length === 0) return 'Choose at least one permission'
  return organizations?.length === 0 ? 'Choose at least one organization' : null
}

interface KeyScopesProps {
  readonly chosen: readonly Scope[]
  readonly onChange: (chosen: readonly Scope[]) => void
}

function KeyScopes({ chosen, onChange }: KeyScopesProps) {
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-semibold">Permissions</legend>
      {scopes.map((scope) => (
        <Checkbox
          key={scope}
          label={scopeMeaning[scope]}
          checked={chosen.includes(scope)}
          onChange={(isOn) => onChange(scopes.filter((one) => (one === scope ? isOn : chosen.includes(one))))}
        />
      ))}
    </fieldset>
  )
}

interface KeyLifetimeProps {
  readonly days: Lifetime
  readonly onChange: (days: Lifetime) => void
  readonly problem: string | undefined
}

function KeyLifetime({ days, onChange, problem }: KeyLifetimeProps) {
  return (
    <Select
      label="Expires"
      value={String(days)}
      onChange={({ target }) => onChange(lifetimes.find((one) => String(one) === target.value) ?? null)}
      hint={days === null ? 'A key that never expires works until someone revokes it.' : undefined}
      problem={problem}
    >
      {lifetimes.map((one) => (
        <option key={String(one)} value={String(one)}>
          {lifetimeName(one)}
        </option>
      ))}
    </Select>
  )
}

interface KeyPlacesProps {
  readonly slugs: readonly string[]
  /** null: all. */
  readonly chosen: string[] | null
  readonly onChange: (chosen: string[] | null) => void
}

/** Chooses the organizations in which a key works. */
function KeyPlaces({ slugs, chosen, onChange }: KeyPlacesProps) {
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-semibold">Organizations</legend>
      {slugs.map((slug) => (
        <Checkbox
          key={slug}
          label={slug}
          disabled={chosen === null}
          checked={chosen === null || chosen.includes(slug)}
          onChange={(isOn) => onChange(slugs.filter((one) => (one === slug ? isOn : chosen?.includes(one))))}
        />
      ))}
      <Checkbox
        label="All my organizations, including future ones"
        checked={chosen === null}
        onChange={(isOn) => onChange(isOn ? null : slugs.slice(0, 1))}
      />
    </fieldset>
  )
}
