import { type JsonSchema, operationTable, resolveSchema } from '@harmont/contract'

/** `/api/v1` is `/api/v0` with ids added to four schemas (`http.md` 1.4). */
export type ApiVersion = 'v0' | 'v1'

/** The added member and the member whose value it repeats, by schema. */
const repeatedIds: Readonly<Record<string, readonly [added: string, repeats: string]>> = {
  User: ['id', 'uuid'],
  CurrentUserResponse: ['id', 'uuid'],
  Passkey: ['id', 'uuid'],
  OrgMember: ['user_id', 'user_uuid'],
}

/**
 * Returns the path of an operation in another version of the API; null if that version lacks it.
 */
export function pathInVersion(path: string, version: ApiVersion): string | null {
  if (version === 'v0') return path
  if (path.startsWith('/api/v0/')) return path.replace('/api/v0/', '/api/v1/')
  return path.startsWith('/v0/jobs/') ? path.replace('/v0/', '/v1/') : null
}

/** Returns a response schema with every member required and every reference resolved. */
export function completeSchema(given: JsonSchema, version: ApiVersion): JsonSchema {
  const schema = resolveSchema(given)
  if (schema.items !== undefined) return { ...schema, items: completeSchema(schema.items, version) }
  const { additionalProperties, title } = schema
  if (typeof additionalProperties === 'object') {
    return { ...schema, additionalProperties: completeSchema(additionalProperties, version) }
  }
  if (schema.properties === undefined) return schema
  const properties: Record<string, JsonSchema> = {}
  for (const [name, member] of Object.entries(schema.properties)) properties[name] = completeSchema(member, version)
  const repeated = repeatedIds[title ?? '']
  if (version === 'v1' && repeated !== undefined) properties[repeated[0]] = { type: 'string' }
  return { ...schema, properties, required: Object.keys(properties) }
}

/** Returns a copy of a body with the ids of v1 added. */
export function withRepeatedIds(given: JsonSchema, body: unknown): unknown {
  const schema = resolveSchema(given)
  if (Array.isArray(body))
    return schema.items === undefined ? body : body.map((item) => withRepeatedIds(schema.items ?? {}, item))
  if (typeof body !== 'object' || body === null || schema.properties === undefined) return body
  const source = body as Readonly<Record<string, unknown>>
  const copy: Record<string, unknown> = { ...source }
  for (const [name, member] of Object.entries(schema.properties)) copy[name] = withRepeatedIds(member, source[name])
  const repeated = repeatedIds[schema.title ?? '']
  if (repeated !== undefined) copy[repeated[0]] = source[repeated[1]]
  return copy
}

/** Returns a function that maps a URL path to its methods; none for an unknown path. */
export function allowedMethods(): (path: string) => readonly string[] {
  const byPath = new Map<string, string[]>()
  for (const { path, method } of operationTable.values()) {
    for (const version of ['v0', 'v1'] as const) {
      const versioned = pathInVersion(path, version)
      if (versioned === null) continue
      byPath.set(versioned, [...(byPath.get(versioned) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])])
    }
  }
  const patterns = [...byPath].map(([path, methods]) => ({ pattern: patternOf(path), methods }))
  return (path) => [...new Set(patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))]
}

function patternOf(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => part.replace(/[.]/g, '\\.'))
  return new RegExp(`^${parts.join('[^/]+')}$`)
}
