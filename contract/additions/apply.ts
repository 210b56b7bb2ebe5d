import type {
  ContentObject,
  JsonSchema,
  OpenApiDocument,
  OperationObject,
  PathItem,
  ResponseObject,
} from '../src/document.ts'
import { type ErrorCode, errorCatalogue } from '../src/errors.ts'
import { givenAuth } from './auth.ts'
import { addedErrorMembers, addedMembers, addedSchemas } from './members.ts'
import { type AddedOperation, addedOperations } from './operations.ts'

/** Gives the whole contract: the given document with our additions laid over it. Throws when one would replace something given. */
export function applyAdditions(given: OpenApiDocument): OpenApiDocument {
  const paths: Record<string, PathItem> = {}
  for (const [path, item] of Object.entries(given.paths)) paths[path] = withAuth(item)
  for (const added of addedOperations) {
    const [method, path] = splitRoute(added.route)
    const item = paths[path] ?? {}
    if (method in item) throw new Error(`${added.route} is given already`)
    paths[path] = { ...item, [method]: operationObject(added, path) }
  }
  const tagNames = new Set([...given.tags.map((tag) => tag.name), ...addedOperations.map((added) => added.tag)])
  return {
    ...given,
    tags: [...tagNames].map((name) => ({ name })),
    paths,
    components: { ...given.components, schemas: withMembers(given.components.schemas) },
  }
}

function withAuth(item: PathItem): PathItem {
  const operations = Object.entries(item).map(([method, operation]) => {
    const auth = givenAuth[operation.operationId]
    if (auth === undefined) throw new Error(`additions/auth.ts does not name ${operation.operationId}`)
    return [method, { ...operation, responses: { ...operation.responses, default: anyError }, 'x-auth': auth }]
  })
  return Object.fromEntries(operations)
}

function withMembers(given: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = { ...given }
  for (const [name, members] of Object.entries(addedMembers)) schemas[name] = extend(schemas[name], name, members)
  const envelope = schemas.Error
  const error = extend(envelope?.properties?.error, 'Error.error', addedErrorMembers)
  schemas.Error = { ...envelope, properties: { ...envelope?.properties, error } }
  for (const [name, schema] of Object.entries(addedSchemas)) {
    if (name in schemas) throw new Error(`the schema ${name} is given already`)
    schemas[name] = schema
  }
  return schemas
}

function extend(
  schema: JsonSchema | undefined,
  name: string,
  members: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  if (schema?.properties === undefined) throw new Error(`there is no given object schema ${name} to extend`)
  for (const member of Object.keys(members)) {
    if (member in schema.properties) throw new Error(`${name}.${member} is given already`)
  }
  return { ...schema, properties: { ...schema.properties, ...members } }
}

function operationObject(added: AddedOperation, path: string): OperationObject {
  const pathNames = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return {
    operationId: added.id,
    summary: added.summary,
    tags: [added.tag],
    parameters: [
      ...pathNames.map((name) => ({ name, in: 'path' as const, required: true, schema: { type: 'string' as const } })),
      ...Object.entries(added.query ?? {}).map(([name, schema]) => ({ name, in: 'query' as const, schema })),
    ],
    ...(added.request === undefined ? {} : { requestBody: { content: contentOf(added.request) } }),
    responses: { ...successResponses(added.success), ...errorResponses(added.errors ?? []), default: anyError },
    ...securityOf(added),
    'x-auth': added.auth,
    ...(added.internal === undefined ? {} : { 'x-internal': true }),
  }
}

function contentOf(name: string): ContentObject {
  if (name === 'text/plain' || name === 'text/event-stream') return { [name]: { schema: { type: 'string' } } }
  if (name.includes('/')) return { [name]: { schema: { type: 'string', format: 'binary' } } }
  return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } }
}

function successResponses(success: AddedOperation['success']): Record<string, ResponseObject> {
  const described: Record<string, string> = {
    201: 'Created',
    204: 'Done',
    206: 'The part asked for',
    304: 'Not modified',
  }
  const responses = Object.entries(success).map(([status, name]): [string, ResponseObject] => {
    const description = described[status] ?? 'OK'
    return [status, name === null ? { description } : { description, content: contentOf(name) }]
  })
  return Object.fromEntries(responses)
}

function errorResponses(codes: readonly ErrorCode[]): Record<string, ResponseObject> {
  const byStatus = Map.groupBy(codes, (code) => errorCatalogue[code].status)
  const responses = [...byStatus].map(([status, group]): [string, ResponseObject] => [
    String(status),
    { description: group.join(', '), content: contentOf('Error') },
  ])
  return Object.fromEntries(responses)
}

function securityOf(added: AddedOperation): Pick<OperationObject, 'security'> {
  switch (added.auth) {
    case 'bearer':
    case 'member':
    case 'admin':
    case 'owner':
      return { security: [{ bearer: [] }] }
    case 'log':
      return { security: [{}, { bearer: [] }] }
    case 'runner':
      return { security: [{ runnerToken: [] }] }
    case 'none':
    case 'signature':
      return {}
  }
}

function splitRoute(route: string): [string, string] {
  const space = route.indexOf(' ')
  return [route.slice(0, space).toLowerCase(), route.slice(space + 1)]
}

const anyError: ResponseObject = { description: 'Any other error', content: contentOf('Error') }
