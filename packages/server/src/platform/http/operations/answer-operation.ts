import type { Operation } from '@harmont/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { addressKey } from '../../rate-limits/address-key.ts'
import { ApiError } from '../api-error.ts'
import { type Admitted, type Asked, admit } from '../authorization/admit.ts'
import type { BudgetShare } from '../body/body-budget.ts'
import type { BodyReader } from '../body/read-body.ts'
import { refuseCredential } from '../limits/request-limits.ts'
import { callerKey } from '../limits/shared-reads.ts'
import { bearerOf, cookieOf } from '../request/credential.ts'
import { readQuery } from '../request/parameters.ts'
import type { HttpServices } from '../services.ts'
import { answerOnce, takesIdempotencyKey } from './answer-once.ts'
import type { Idempotency } from './idempotency.ts'
import type { AnyBinding, AnyReply } from './operation.ts'

/** Converts a JSON body to the requested version of the API. */
type ShapeBody = (status: number, body: unknown) => unknown

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** An operation of the contract with its code. */
export interface BoundOperation {
  readonly operation: Operation
  readonly binding: AnyBinding
  readonly reader: BodyReader
}

/** Returns the route handler of one operation. */
export function answerOperation(bound: BoundOperation, services: HttpServices, shape: ShapeBody): Answer {
  const { operation } = bound
  const { traceRequest } = services
  const answerAll: Answer = async (request, reply) => {
    const gone = signalOf(reply)
    const search = request.raw.url?.split('?').slice(1).join('?') ?? ''
    const atEnd = (end: () => void) => void reply.raw.once('close', end)
    const answered = () => performOperation(bound, services, { request, search, gone, atEnd })
    // A reply resolves when it has been sent. The caller's turn ends before that, because a stream
    // may have no end.
    const answer =
      operation.method === 'GET'
        ? await services.reads.take(callerKey(services, request.raw), gone, answered)
        : await answered()
    return answer === null ? reply : send(request, reply, shape, answer)
  }
  if (traceRequest === undefined) return answerAll
  return (request, reply) => traceRequest(operation, request, reply, () => answerAll(request, reply))
}

interface OneRequest {
  readonly request: Asked
  /** The query of the URL, without `?`. */
  readonly search: string
  /** Aborted when the client has disconnected. */
  readonly gone: AbortSignal
  /** Registers a callback for the end of the response. */
  readonly atEnd: (end: () => void) => void
}

/** Performs an operation, in the order of checks of `http.md` 2.3. Throws the refusal. */
export async function performOperation(
  { operation, binding, reader }: BoundOperation,
  services: HttpServices,
  { request, search, gone, atEnd }: OneRequest,
): Promise<AnyReply> {
  // The contract determines context and input of an operation. The compiler cannot derive that
  // from a value of the table, hence the two `never`.
  const admitted = await admit(services, operation, request)
  const context = contextOf(operation, services, admitted, request, gone)
  const body = reader.bytes(request.raw)
  const held = openShare(services, admitted)
  atEnd(held.release)
  const answer = async (bytes: AsyncIterable<Uint8Array>, idempotency: Idempotency | null): Promise<AnyReply> => {
    const proceed = await binding.begin(context as never)
    const input = { query: readQuery(operation.id, search), ...(await reader.read(bytes, held)), idempotency }
    return proceed(input as never)
  }
  const { caller, params } = admitted
  const key = takesIdempotencyKey(operation) ? firstOf(request.headers['idempotency-key']) : null
  return key === null || caller === null
    ? countingRefusals(services, admitted, () => answer(body, null))
    : answerOnce(
        services,
        { operation, caller, key, params, body, answer, replay: replayOf(binding, context) },
        context,
      )
}

function openShare({ bodies }: HttpServices, { caller, client }: Admitted): BudgetShare {
  return caller === null ? bodies.ofAddresses.open(addressKey(client.address)) : bodies.ofUsers.open(caller.userId)
}

function replayOf({ replay }: AnyBinding, context: object): (subject: string) => Promise<AnyReply> {
  return (subject) => {
    if (replay === null) throw new Error('the binding of this operation has no replay')
    return replay(subject, context as never)
  }
}

/** Counts a token that the operation refuses, like a credential that `admit` refuses. */
async function countingRefusals<T>(
  { limiter }: HttpServices,
  { client, openToken }: Admitted,
  answer: () => Promise<T>,
): Promise<T> {
  try {
    return await answer()
  } catch (error) {
    const isRefused = openToken !== null && error instanceof ApiError && error.status === 401
    if (isRefused) return refuseCredential(limiter, client.address, error)
    throw error
  }
}

function contextOf(
  operation: Operation,
  services: HttpServices,
  { client, credential, caller, params, membership }: Admitted,
  request: Asked,
  signal: AbortSignal,
) {
  return {
    operationId: operation.id,
    method: request.method,
    params,
    bearer: bearerOf(request.headers.authorization),
    credential,
    client,
    cookie: (name: string) => cookieOf(request.headers.cookie, name),
    header: (name: string) => firstOf(request.headers[name]),
    requestId: request.id,
    log: services.log.child({ request_id: request.id }),
    signal,
    ...(caller === null ? {} : { caller }),
    ...(membership === null ? {} : { membership }),
  }
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null
}

function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}

function send(request: FastifyRequest, reply: FastifyReply, shape: ShapeBody, answer: AnyReply): FastifyReply {
  reply.code(answer.status).headers({ ...answer.headers })
  if (answer.open === undefined) {
    return 'body' in answer ? reply.send(shape(answer.status, answer.body)) : reply.send()
  }
  if (!reply.hasHeader('content-type')) reply.type(answer.mediaType ?? 'application/octet-stream')
  // A stream without a reader is not opened.
  if (request.method === 'HEAD') return reply.send()
  // Node would send the headers only with the first byte. This sends them when the stream is
  // connected.
  if (answer.isLive) reply.raw.once('pipe', () => reply.raw.flushHeaders())
  const stream = answer.open()
  // Headers of the stream do not apply to an error that is sent instead.
  stream.once('error', () => {
    if (!reply.raw.headersSent) for (const name of Object.keys(answer.headers ?? {})) reply.removeHeader(name)
  })
  return reply.send(stream)
}
