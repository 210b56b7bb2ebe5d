import { readFileSync } from 'node:fs'
import type { Auth, JsonSchema, OpenApiDocument, OperationObject, ParameterObject, Verb } from './document.ts'
import type { operations, Permission } from './generated/types.ts'

/** Name of an operation of the contract. */
export type OperationId = keyof operations

/** The whole contract, internal operations included. */
export const contract = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')) as OpenApiDocument

/** The body of a request or answer. */
export interface BodyShape {
  readonly mediaType: string
  readonly schema: JsonSchema
}

/** One operation of the contract, in the form that a server binds and a test iterates over. */
export interface Operation {
  readonly id: OperationId
  readonly method: Uppercase<Verb>
  /** The path with its parameters in braces. */
  readonly path: string
  readonly auth: Auth
  /** null if the operation accepts anybody, or any credential. */
  readonly permission: Permission | null
  readonly internal: boolean
  readonly parameters: readonly ParameterObject[]
  readonly request: BodyShape | null
  /**
   * Maps each success status to its body, or to null if it has none. Error statuses are omitted,
   * because they all answer with `Error`.
   */
  readonly success: ReadonlyMap<number, BodyShape | null>
}

/** Every operation of the contract by its id. */
export const operationTable: ReadonlyMap<OperationId, Operation> = new Map(readOperations())

/**
 * Resolves a `$ref`; returns any other schema unchanged. Throws when the contract lacks the schema.
 */
export function resolveSchema(schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema
  const name = schema.$ref.replace('#/components/schemas/', '')
  const named = contract.components.schemas[name]
  if (named === undefined) throw new Error(`the contract has no schema ${name}`)
  return named
}

function readOperations(): [OperationId, Operation][] {
  return Object.entries(contract.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, operation]): [OperationId, Operation] => {
      const read = readOperation(verb.toUpperCase() as Uppercase<Verb>, path, operation)
      return [read.id, read]
    }),
  )
}

function readOperation(method: Uppercase<Verb>, path: string, operation: OperationObject): Operation {
  const { 'x-auth': auth = 'member', 'x-permission': permission = null } = operation
  if (auth === 'member' && permission === null) throw new Error(`${operation.operationId} has no x-permission`)
  const success = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith('2') || status.startsWith('3'))
    .map(([status, response]): [number, BodyShape | null] => [Number(status), bodyShape(response.content)])
  return {
    id: operation.operationId as OperationId,
    method,
    path,
    auth,
    permission,
    internal: operation['x-internal'] === true,
    parameters: operation.parameters ?? [],
    request: bodyShape(operation.requestBody?.content),
    success: new Map(success),
  }
}

function bodyShape(content: Readonly<Record<string, { schema: JsonSchema }>> | undefined): BodyShape | null {
  const [entry] = Object.entries(content ?? {})
  return entry === undefined ? null : { mediaType: entry[0], schema: entry[1].schema }
}
