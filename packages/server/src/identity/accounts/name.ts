import type { FieldErrors } from '../../platform/input/field-errors.ts'

/** A person's name, trimmed; notes what is wrong with one that is blank, longer than 255 characters or has control characters. */
export function readName(text: string, errors: FieldErrors): string {
  const name = text.trim()
  errors.length('name', name, 1, 255)
  if (/\p{Cc}/u.test(name)) errors.add('name', 'must have no control characters')
  return name
}
