import { type Operation, operationTable } from '@harmont/contract'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Access } from './access.ts'
import { type AnyBinding, answerOperation, type Shell } from './answer-operation.ts'
import { type ApiVersion, completeSchema, pathInVersion, withRepeatedIds } from './api-version.ts'
import { bareServer } from './bare-server.ts'
import type { BlobSink } from './build-body.ts'
import type { BoundId, Handlers } from './handlers.ts'
import { notYet } from './not-yet.ts'
import { openApiOperation } from './openapi-document.ts'
import { responseValidator } from './response-validation.ts'

export interface HttpOptions {
  readonly handlers: Handlers
  readonly access: Access
  readonly openBlobSink: () => Promise<BlobSink>
  /** Where the server is reached, without a slash at the end. */
  readonly publicUrl: string
  readonly log: Logger
  /** For tests: an answer that breaks its contract becomes a 500. */
  readonly validateResponses?: boolean
  /** Defaults: headers 10 s, next byte of a body 30 s, streamed answer without progress 60 s. */
  readonly timeouts?: { readonly headersMs?: number; readonly bodyIdleMs?: number; readonly stallMs?: number }
}

/** Gives the HTTP server with every operation of the contract bound; the caller lets it listen and closes it. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const { headersMs = 10_000, bodyIdleMs = 30_000, stallMs = 60_000 } = options.timeouts ?? {}
  const app = bareServer({ publicUrl: options.publicUrl, log: options.log, headersMs, bodyIdleMs })
  const shell: Shell = { ...options, bodyIdleMs, stallMs }
  for (const operation of operationTable.values()) {
    const binding = bindingOf(operation, options)
    addRoute(app, operation, 'v0', binding, shell, options.validateResponses === true)
    addRoute(app, operation, 'v1', binding, shell, options.validateResponses === true)
  }
  return app
}

function bindingOf({ id }: Operation, { handlers, publicUrl }: HttpOptions): AnyBinding | null {
  if (id === 'getOpenApiDocument') return openApiOperation(publicUrl)
  return isBound(id) ? handlers[id] : null
}

function isBound(id: Exclude<Operation['id'], 'getOpenApiDocument'>): id is BoundId {
  return !notYet.some((listed) => listed === id)
}

function addRoute(
  app: FastifyInstance,
  operation: Operation,
  version: ApiVersion,
  binding: AnyBinding | null,
  shell: Shell,
  isValidated: boolean,
): void {
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
    config: { isLogStream: operation.auth === 'log' },
    schema: { response: schemas },
    handler: answerOperation(operation, binding, shell, shape),
    ...(isValidated ? { onSend: checkedAnswer(schemas) } : {}),
  })
}

type Schemas = Readonly<Record<number, ReturnType<typeof completeSchema>>>

function jsonSchemas({ success }: Operation, version: ApiVersion): Schemas {
  const schemas: Record<number, ReturnType<typeof completeSchema>> = {}
  for (const [status, shape] of success) {
    if (shape?.mediaType === 'application/json') schemas[status] = completeSchema(shape.schema, version)
  }
  return schemas
}

function checkedAnswer(
  schemas: Schemas,
): (request: unknown, reply: { statusCode: number }, payload: unknown) => Promise<unknown> {
  const checks = new Map(Object.entries(schemas).map(([status, schema]) => [Number(status), responseValidator(schema)]))
  return async (_request, reply, payload) => {
    if (typeof payload === 'string') checks.get(reply.statusCode)?.(payload)
    return payload
  }
}
