import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { ApiError, apiError } from './api-error.ts'
import { envelopeOf } from './envelope.ts'
import { dropBody } from './request-bytes.ts'

/** How an error is answered. */
export type SendError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

interface ErrorSender {
  readonly publicUrl: string
  readonly log: Logger
  readonly bodyIdleMs: number
}

/** Answers with the envelope of what was thrown; a fault of ours is logged with its cause and answered without details. */
export async function sendError(
  sender: ErrorSender,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const error = asApiError(thrown)
  if (error.status === 500) {
    sender.log.error(
      { err: error.cause ?? error, request_id: request.id, route: request.routeOptions.url },
      error.message,
    )
  }
  reply.code(error.status).headers(error.headers)
  if (error.status === 401) reply.header('www-authenticate', 'Bearer')
  const isWhole = error.code !== 'request_timeout' && (await dropBody(request.raw, sender.bodyIdleMs))
  if (!isWhole) reply.header('connection', 'close')
  const isFlat = request.routeOptions.config.isLogStream === true
  return reply
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(envelopeOf(error, { requestId: request.id, publicUrl: sender.publicUrl, isFlat }))
}

function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  return apiError(
    'internal_error',
    'The server failed at this request; try again, and name the request id if it fails again.',
    {
      cause: thrown,
    },
  )
}
