import type { Operation } from '@harmont/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { withTrace } from './current-trace.ts'
import type { Tracing } from './tracing.ts'

/** Handles a request within a span of its own. */
export type TraceRequest = <T>(
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<T>,
) => Promise<T>

/** Operations that machines call every few seconds. Their spans would only hide the others. */
const unseen: ReadonlySet<string> = new Set(['ping', 'getHealth', 'getReadiness', 'getMetrics'])

/**
 * Returns the function that traces requests. A span contains the path of its operation in the
 * contract, since real paths contain names of users.
 */
export function traceRequests(tracing: Tracing): TraceRequest {
  return ({ id, method, path }, request, reply, work) => {
    if (unseen.has(id)) return work()
    const from = new Date()
    const given = request.headers.traceparent
    const { span, spanId } = tracing.begin(typeof given === 'string' ? given : null)
    const { traceId, sampled } = span
    if (sampled)
      reply.raw.once('close', () => {
        const { statusCode, writableFinished } = reply.raw
        tracing.record({
          ...span,
          spanId,
          name: `${method} ${path}`,
          isRequest: true,
          from,
          to: new Date(),
          attributes: {
            'http.request.method': request.method,
            'http.route': path,
            'http.response.status_code': statusCode,
            'harmont.operation': id,
          },
          error: writableFinished ? (statusCode >= 500 ? String(statusCode) : null) : 'canceled',
        })
      })
    return withTrace({ traceId, parentId: spanId, sampled }, work)
  }
}
