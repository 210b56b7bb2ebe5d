import type { Body } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'

/** The form of a secret's name. */
export const secretName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const events = ['push', 'pull_request', 'schedule', 'manual', 'api']
const longestValue = 64 * 1024

export interface NewSecret {
  readonly name: string
  readonly value: string
  /** undefined: as it is, or everywhere for a new one; null: everywhere. */
  readonly branches: readonly string[] | null | undefined
  readonly events: readonly string[] | null | undefined
  /** undefined: as it is, or false for a new one. */
  readonly uploads: boolean | undefined
}

/** Judges what a secret is set to. Throws 422 `request_invalid`; the value is in no message. */
export function readSecret(body: Body<'setOrganizationSecret'>): NewSecret {
  const errors = new FieldErrors()
  if (!secretName.test(body.name))
    errors.add('name', `must match ${secretName.source}; got \`${body.name.slice(0, 80)}\``)
  const bytes = Buffer.byteLength(body.value)
  if (bytes < 1 || bytes > longestValue) errors.add('value', `must have 1 byte to 64 KiB; got ${bytes} bytes`)
  checkList(errors, 'branches', body.branches, (glob) => {
    const length = [...glob].length
    return length >= 1 && length <= 255 ? null : `must have globs of 1 to 255 characters; got ${length}`
  })
  checkList(errors, 'events', body.events, (event) =>
    events.includes(event) ? null : `must have events among ${events.join(', ')}; got \`${event.slice(0, 80)}\``,
  )
  errors.throwIfAny('request_invalid')
  return { name: body.name, value: body.value, branches: body.branches, events: body.events, uploads: body.uploads }
}

function checkList(
  errors: FieldErrors,
  field: string,
  entries: readonly string[] | null | undefined,
  problemOf: (entry: string) => string | null,
): void {
  if (entries === null || entries === undefined) return
  if (entries.length < 1 || entries.length > 100)
    errors.add(field, `must have 1 to 100 entries, or be null for no limit; got ${entries.length}`)
  const problem = entries.map(problemOf).find((found) => found !== null)
  if (problem !== undefined && problem !== null) errors.add(field, problem)
}
