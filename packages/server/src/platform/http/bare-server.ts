import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OperationId } from '@harmont/contract'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { type ApiError, apiError } from './api-error.ts'
import { dropBody } from './body/drop-body.ts'
import { allowedMethods } from './operations/api-version.ts'
import { requestIdOf } from './request/request-id.ts'
import { corsHeaders, preflightHeaders, securityHeaders } from './response/headers.ts'
import type { PageAnswer, Pages, ReadApi } from './response/pages.ts'
import { type SendError, sendError, type Translate } from './response/send-error.ts'
import { answerBrokenRequest, longestUrl, rawAnswer, tooLongUrl } from './response/wire-errors.ts'
import { type Upgrade, upgradeOf } from './upgrades.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    isLogStream?: boolean
    operationId?: OperationId
  }
}

/** The facts of a finished response, for metrics. */
export interface AnsweredRequest {
  /** Null when the request matched no operation. */
  readonly operationId: OperationId | null
  readonly method: string
  readonly status: number
  readonly seconds: number
}

interface ServerOptions {
  readonly publicUrl: string
  readonly isAllowedOrigin: (origin: string) => boolean
  readonly log: Logger
  readonly headersMs: number
  readonly bodyIdleMs: number
  /** The time limit for receiving a whole request. */
  readonly requestMs: number
  /** The time for which an idle connection stays open for the next request. */
  readonly keepAliveMs: number
  /** The time limit without progress while a response is sent. */
  readonly stallMs: number
  readonly translate: Translate
  readonly upgrades: readonly Upgrade[]
  readonly pages: Pages
  /** Returns the function with which the requested page reads the API. */
  readonly readFor: (request: FastifyRequest) => ReadApi
  readonly onAnswered: (answered: AnsweredRequest) => void
}

/**
 * Creates a server without routes. Every response, including every kind of error, has the form of
 * `http.md` 2.
 */
export function bareServer(options: ServerOptions): FastifyInstance {
  const { publicUrl, log, headersMs, requestMs, keepAliveMs, translate } = options
  const onError: SendError = (error, request, reply) => sendError({ publicUrl, log, translate }, error, request, reply)
  const app = fastify({
    loggerInstance: quietLog(log),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request: IncomingMessage) => requestIdOf(request.headers['x-request-id']),
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    // A path segment needs no limit of its own, because the URL has one.
    routerOptions: { maxParamLength: longestUrl },
    http: {
      headersTimeout: headersMs,
      connectionsCheckingInterval: Math.min(headersMs, 1000),
      // No response depends on `Host`, and a refusal by Node would have no envelope.
      requireHostHeader: false,
      shouldUpgradeCallback: (request: IncomingMessage) => upgradeOf(options.upgrades, request) !== undefined,
    },
    frameworkErrors: (_error, request, reply) => {
      const malformed = apiError('request_malformed', 'The URL path must be percent-encoded UTF-8.')
      onError(malformed, request, reply.headers(ownHeaders(options, request)))
    },
    clientErrorHandler: (error, socket) => answerBrokenRequest(publicUrl, error, socket),
  })
  // The HTTP layer reads bodies itself, after the checks that need none. Fastify is told that no
  // method has a body.
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    app.addHttpMethod(method, { overrideExisting: true })
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.server.on('connect', (_request, socket) => socket.end(rawAnswer(noTunnel(), publicUrl)))
  app.setErrorHandler(onError)
  addHooks(app, options)
  answerOtherPaths(app, options)
  return app
}

function ownHeaders(
  { publicUrl, isAllowedOrigin }: ServerOptions,
  { id, headers }: FastifyRequest,
): Record<string, string> {
  return { ...securityHeaders(publicUrl), ...corsHeaders(isAllowedOrigin, headers.origin), 'x-request-id': id }
}

function addHooks(app: FastifyInstance, options: ServerOptions): void {
  const { log, bodyIdleMs, stallMs } = options
  app.addHook('onRequest', async (request, reply) => {
    guardAgainstStall(reply.raw, stallMs)
    reply.headers(ownHeaders(options, request))
    if (isPreflight(request)) {
      const isAllowed = options.isAllowedOrigin(request.headers.origin ?? '')
      return reply
        .code(204)
        .headers(isAllowed ? preflightHeaders : {})
        .send()
    }
    if (Buffer.byteLength(request.raw.url ?? '') > longestUrl) throw tooLongUrl()
  })
  app.addHook('onSend', async (request, reply) => {
    // A client may start to read only after it has sent everything, so the unread rest is dropped
    // before the response is sent.
    const isGivenUp = reply.getHeader('connection') === 'close'
    if (!isGivenUp && !(await dropBody(request.raw, bodyIdleMs))) reply.header('connection', 'close')
  })
  app.addHook('onResponse', async (request, reply) => {
    // Only the path is logged, because a query can contain a token.
    const path = request.raw.url?.split('?')[0]
    const facts = {
      request_id: request.id,
      method: request.method,
      path,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }
    log.info(facts, 'answered')
    options.onAnswered({
      operationId: request.routeOptions.config.operationId ?? null,
      method: request.method,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    })
  })
}

/**
 * Returns whether a request is a CORS preflight. Preflights of unknown paths count too, so that a
 * page may read their 404.
 */
function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

/** Serves paths without an operation: with a page, or otherwise with 404 or 405. */
function answerOtherPaths(app: FastifyInstance, { pages, readFor }: ServerOptions): void {
  const methodsOf = allowedMethods()
  app.setNotFoundHandler(async (request, reply) => {
    const [path = '', ...query] = request.raw.url?.split('?') ?? []
    const isHead = request.method === 'HEAD'
    const isRead = isHead || request.method === 'GET'
    const asked = { path, search: query.join('?'), isHead, headers: request.headers, read: readFor(request) }
    const page = isRead ? await pages(asked) : null
    if (page !== null) return sendPage(reply, page)
    const allowed = methodsOf(path)
    // A process may serve only a part of the operations.
    if (allowed.length === 0 || allowed.includes(request.method))
      throw apiError('route_not_found', 'Path not found; /api/v0/openapi.json lists all paths.')
    throw apiError('method_not_allowed', `This path accepts ${allowed.join(', ')}; got ${request.method}.`, {
      headers: { allow: allowed.join(', ') },
    })
  })
}

function sendPage(reply: FastifyReply, { status, headers, body }: PageAnswer): FastifyReply {
  reply.code(status).headers(headers)
  return status === 304 ? reply.send() : reply.send(body)
}

function noTunnel(): ApiError {
  return apiError('request_malformed', 'CONNECT is not supported: this is not a proxy.')
}

/** Returns the logger for Fastify's own lines, which never contain a URL or headers. */
function quietLog(log: Logger): FastifyBaseLogger {
  return log.child(
    {},
    { serializers: { req: ({ method }: IncomingMessage) => ({ method }), res: ({ statusCode }) => ({ statusCode }) } },
  )
}

/** Disconnects a reader that accepts no byte for `stallMs` while there are bytes to send. */
function guardAgainstStall(response: ServerResponse, stallMs: number): void {
  // Node restarts the socket's timer with every byte that the peer accepts, and with every write.
  // Without a listener, Node would cut off a response that is merely silent.
  response.setTimeout(stallMs, () => {
    const { socket } = response
    if (response.writableLength > 0 || (socket?.writableLength ?? 0) > 0) response.destroy()
    else response.setTimeout(stallMs)
  })
  // A kept-alive connection has another timer, which Node sets after the response. This timer ends
  // before that.
  const { socket } = response
  response.prependOnceListener('finish', () => socket?.setTimeout(0))
}
