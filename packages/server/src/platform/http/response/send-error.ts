import { type components, errorTypeOf } from '@harmont/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { ApiError, apiError } from '../api-error.ts'

export type SendError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

/**
 * Translates a thrown error, such as a lost database, into the error to send; null for a fault of
 * the server.
 */
export type Translate = (thrown: unknown) => ApiError | null

interface ErrorSender {
  readonly publicUrl: string
  readonly log: Logger
  readonly translate: Translate
}

/**
 * Sends the envelope of a thrown error. A fault of the server is logged with its cause and sent
 * without details.
 */
export function sendError(
  sender: ErrorSender,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = asApiError(thrown, sender.translate)
  if (error.status >= 500) {
    const facts = { err: error.cause ?? error, request_id: request.id, route: request.routeOptions.url }
    sender.log[error.status === 500 ? 'error' : 'warn'](facts, error.message)
  }
  reply.code(error.status).headers({ ...statusHeaders(error), ...error.headers })
  const isFlat = request.routeOptions.config.isLogStream === true
  return reply
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(envelopeOf(error, { requestId: request.id, publicUrl: sender.publicUrl, isFlat }))
}

/** Returns the headers that every response with this status or code has. */
export function statusHeaders({ status, code }: ApiError): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' }
  const isPassing = code === 'service_unavailable' || code === 'draining' || code === 'not_ready'
  return isPassing ? { 'retry-after': '1' } : {}
}

/** Converts a thrown value to the error to send. */
export function asApiError(thrown: unknown, translate: Translate): ApiError {
  if (thrown instanceof ApiError) return thrown
  const message = 'Internal server error; try again, and report the request id if it fails again.'
  return translate(thrown) ?? apiError('internal_error', message, { cause: thrown })
}

/** The body of every error response. */
export type Envelope = components['schemas']['Error']

interface EnvelopeOptions {
  readonly requestId: string
  readonly publicUrl: string
  /**
   * Errors of log streams also have `code` and `message` at top level, where released clients read
   * them.
   */
  readonly isFlat?: boolean
}

/** Returns the envelope of an error. */
export function envelopeOf(error: ApiError, { requestId, publicUrl, isFlat = false }: EnvelopeOptions): Envelope {
  const { code, message, details, status } = error
  const envelope: Envelope = {
    error: {
      type: errorTypeOf(status),
      code,
      message,
      doc_url: `${publicUrl}/docs/errors/${code}`,
      request_id: requestId,
      ...details,
    },
  }
  return isFlat ? { ...envelope, code, message } : envelope
}
