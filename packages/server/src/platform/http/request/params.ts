import type { ParameterObject } from '@harmont/contract'

const largestInteger = 2_147_483_647

/**
 * Gives the path parameters as the contract types them. A malformed one becomes a value that names nothing, so that it takes the
 * same way to the same 404 as an absent one: 0 for a number, and no text with U+0000, which PostgreSQL refuses to compare.
 */
export function readParams(
  parameters: readonly ParameterObject[],
  sent: Readonly<Record<string, string>>,
): Record<string, string | number> {
  const params: Record<string, string | number> = {}
  for (const { name, in: place, schema } of parameters) {
    const value = sent[name] ?? ''
    if (place === 'path')
      params[name] = schema.type === 'integer' ? readInteger(value) : value.replaceAll('\0', '\ufffd')
  }
  return params
}

function readInteger(value: string): number {
  if (!/^[1-9]\d{0,9}$/.test(value)) return 0
  const number = Number(value)
  return number > largestInteger ? 0 : number
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Gives a path parameter as a uuid to look up; the nil uuid, which names nothing, for one that is malformed. */
export function uuidOrNone(value: string): string {
  return uuidForm.test(value) ? value.toLowerCase() : '00000000-0000-0000-0000-000000000000'
}
