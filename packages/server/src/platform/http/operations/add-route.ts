import type { JsonSchema, Operation } from '@harmont/contract'
import type { FastifyInstance } from 'fastify'
import { compressAnswer } from '../response/compression.ts'
import { serializerOf, validateResponse } from '../response/serializer.ts'
import type { HttpServices } from '../services.ts'
import { answerOperation, type BoundOperation } from './answer-operation.ts'
import { type ApiVersion, completeSchema, pathInVersion, withRepeatedIds } from './api-version.ts'

/**
 * Adds an operation to one version of the API, if that version has it. With `isValidated`, a
 * response that violates the contract becomes a 500.
 */
export function addRoute(
  app: FastifyInstance,
  bound: BoundOperation,
  version: ApiVersion,
  services: HttpServices,
  isValidated: boolean,
): void {
  const { operation } = bound
  const url = pathInVersion(operation.path, version)
  if (url === null) return
  const schemas = jsonSchemas(operation, version)
  const shape = (status: number, body: unknown): unknown => {
    const schema = operation.success.get(status)?.schema
    return version === 'v1' && schema !== undefined ? withRepeatedIds(schema, body) : body
  }
  app.route({
    method: operation.method === 'GET' ? ['GET', 'HEAD'] : operation.method,
    url: url.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { isLogStream: operation.auth === 'log', operationId: operation.id },
    schema: { response: schemas },
    serializerCompiler: ({ schema }) => serializerOf(schema as JsonSchema),
    handler: answerOperation(bound, services, shape),
    // Validation sees the body before it is compressed.
    onSend: [...(isValidated ? [checkedAnswer(schemas)] : []), compressAnswer],
  })
}

type Schemas = Readonly<Record<number, JsonSchema>>

const completeSchemas = new Map<string, Schemas>()

/**
 * Returns the response schemas of an operation. All servers of a process share the objects, so that
 * their compiled forms can be cached.
 */
export function jsonSchemas(operation: Operation, version: ApiVersion): Schemas {
  const name = `${version} ${operation.id}`
  const schemas = completeSchemas.get(name) ?? makeSchemas(operation, version)
  completeSchemas.set(name, schemas)
  return schemas
}

function makeSchemas({ success }: Operation, version: ApiVersion): Schemas {
  const schemas: Record<number, JsonSchema> = {}
  for (const [status, shape] of success) {
    if (shape?.mediaType === 'application/json') schemas[status] = completeSchema(shape.schema, version)
  }
  return schemas
}

type OnSend = (request: unknown, reply: { readonly statusCode: number }, payload: unknown) => Promise<unknown>

function checkedAnswer(schemas: Schemas): OnSend {
  return async (_request, reply, payload) => {
    const schema = schemas[reply.statusCode]
    if (schema !== undefined && typeof payload === 'string') validateResponse(schema, payload)
    return payload
  }
}
