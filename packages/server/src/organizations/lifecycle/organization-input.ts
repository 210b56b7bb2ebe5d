import type { FieldErrors } from '../../platform/input/field-errors.ts'

/** The name of an organization, trimmed; notes what is wrong with it. */
export function readName(errors: FieldErrors, given: string): string {
  const name = given.trim()
  errors.length('name', name, 1, 255)
  return name
}

/** The web address of an organization, null for none; notes what is wrong with it. */
export function readUrl(errors: FieldErrors, given: string | null | undefined): string | null {
  const url = given?.trim() || null
  if (url !== null && !isWebAddress(url))
    errors.add('url', 'must be an http or https address of at most 2048 characters')
  return url
}

function isWebAddress(text: string): boolean {
  const protocol = URL.parse(text)?.protocol
  return text.length <= 2048 && (protocol === 'http:' || protocol === 'https:')
}
