/** JSON as the definitions and payloads of GitHub have it. */
export type Json = Readonly<Record<string, unknown>>

/**
 * Returns the object under a key. Throws when there is none, because then the definition has
 * changed.
 */
export function objectAt(value: unknown, ...path: readonly string[]): Json {
  let found = value
  for (const key of path) found = isObject(found) ? found[key] : undefined
  if (!isObject(found)) throw new Error(`expected an object at ${path.join('.')}`)
  return found
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
