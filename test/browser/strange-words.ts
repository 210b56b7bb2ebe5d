/** Creates responses of a possible future release of the server. */

type Json = Readonly<Record<string, unknown>>

const words: Json = { state: 'levitating', source: 'telepathy', cause: 'fate', kind: 'omen', role: 'archduke' }
const usual = ['id', 'number', 'slug', 'pipeline_slug', 'name', 'created_at']

/**
 * Returns the response with unknown words. Drops primitive members and replaces arrays with null,
 * unless they are in `usual` or `kept`.
 */
export function estrange(value: unknown, kept: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((one) => estrange(one, kept))
  if (typeof value !== 'object' || value === null) return value
  const isKept = (name: string) => usual.includes(name) || kept.includes(name)
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      if (typeof member === 'string' && name in words) return [[name, words[name]]]
      if (Array.isArray(member)) return [[name, isKept(name) ? estrange(member, kept) : null]]
      if (typeof member === 'object' && member !== null) return [[name, estrange(member, kept)]]
      return isKept(name) ? [[name, member]] : []
    }),
  )
}

/** Returns the view of a build without the members that a failed build's page does not need. */
export function withoutOptional(view: Json): Json {
  const needed = ['server_time', 'cursor', 'build', 'pipeline', 'jobs']
  return Object.fromEntries(Object.entries(view).filter(([name]) => needed.includes(name)))
}
