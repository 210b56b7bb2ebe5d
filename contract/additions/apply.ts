import type {
  ContentObject,
  JsonSchema,
  OpenApiDocument,
  OperationObject,
  ParameterObject,
  PathItem,
  ResponseObject,
} from '../src/document.ts'
import { type ErrorCode, errorCatalogue } from '../src/errors.ts'
import { givenAuth } from './auth.ts'
import type { AddedOperation } from './operation.ts'
import { addedOperations } from './operations/index.ts'
import { addedParameters, idempotencyKey, queryParameters } from './parameters.ts'
import { addedErrorMembers, addedMembers, addedSchemas, type DerivedSchema, derivedSchemas } from './schemas/index.ts'

/** Gives the whole contract: the given document with our additions laid over it. Throws when one would replace something given. */
export function applyAdditions(given: OpenApiDocument): OpenApiDocument {
  const paths: Record<string, PathItem> = {}
  for (const [path, item] of Object.entries(given.paths)) paths[path] = extendOperations(item)
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

function extendOperations(item: PathItem): PathItem {
  const operations = Object.entries(item).map(([method, operation]) => {
    const auth = givenAuth[operation.operationId]
    if (auth === undefined) throw new Error(`additions/auth.ts does not name ${operation.operationId}`)
    const responses = { ...operation.responses, default: anyError }
    return [method, { ...operation, ...withParameters(operation), responses, 'x-auth': auth }]
  })
  return Object.fromEntries(operations)
}

function withParameters({ operationId, parameters = [] }: OperationObject): Pick<OperationObject, 'parameters'> {
  const added = addedParameters[operationId] ?? []
  if (added.length === 0) return {}
  for (const { name } of added) {
    if (parameters.some((one) => one.name === name)) throw new Error(`${operationId}.${name} is given already`)
  }
  return { parameters: [...parameters, ...added] }
}

function withMembers(given: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = { ...given }
  for (const [name, members] of Object.entries(addedMembers)) schemas[name] = extend(schemas[name], name, members)
  const envelope = schemas.Error
  const error = extend(envelope?.properties?.error, 'Error.error', addedErrorMembers)
  schemas.Error = { ...envelope, properties: { ...envelope?.properties, error } }
  for (const [name, schema] of Object.entries(addedSchemas)) {
    if (name in schemas) throw new Error(`the schema ${name} is given already`)
    schemas[name] = { title: name, ...schema }
  }
  for (const [name, schema] of Object.entries(derivedSchemas))
    schemas[name] = derive(schemas[schema.base], name, schema)
  return schemas
}

function derive(base: JsonSchema | undefined, name: string, { members, nullable }: DerivedSchema): JsonSchema {
  const { required = [], ...extended } = extend(base, name, members)
  return {
    ...extended,
    title: name,
    required: [...required, ...Object.keys(members)],
    ...(nullable === undefined ? {} : { nullable }),
  }
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
      ...pathNames.map(pathParameter),
      ...queryParameters(added.query ?? {}),
      ...(added.idempotent === undefined ? [] : [idempotencyKey]),
    ],
    ...(added.request === undefined ? {} : { requestBody: { content: contentOf(added.request) } }),
    responses: { ...successResponses(added.success), ...errorResponses(added.errors ?? []), default: anyError },
    ...securityOf(added),
    'x-auth': added.auth,
    ...(added.internal === undefined ? {} : { 'x-internal': true }),
  }
}

function pathParameter(name: string): ParameterObject {
  return { name, in: 'path', required: true, schema: { type: name === 'number' ? 'integer' : 'string' } }
}

function contentOf(name: string): ContentObject {
  if (name.startsWith('text/')) return { [name]: { schema: { type: 'string' } } }
  if (name.includes('/')) return { [name]: { schema: { type: 'string', format: 'binary' } } }
  return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } }
}

function successResponses(success: AddedOperation['success']): Record<string, ResponseObject> {
  const described: Record<string, string> = {
    201: 'Created',
    202: 'Accepted',
    204: 'Done',
    206: 'The part asked for',
    302: 'Go to the `Location`',
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
