import { type Operation, type OperationId, operationTable } from '@harmont/contract'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { RateLimiter } from '../rate-limits/limiter.ts'
import type { TraceRequest } from '../tracing/trace-requests.ts'
import type { SessionCookies } from './authorization/session-cookies.ts'
import { type AnsweredRequest, bareServer } from './bare-server.ts'
import { BodyBudget, type BudgetLimits, budgetHere } from './body/body-budget.ts'
import type { BlobSink } from './body/build-body.ts'
import { bodyReader } from './body/read-body.ts'
import { type ConnectionLimits, limitConnections } from './limits/connections.ts'
import { SharedReads } from './limits/shared-reads.ts'
import { addRoute } from './operations/add-route.ts'
import type { BoundOperation } from './operations/answer-operation.ts'
import type { IdempotencyKeys } from './operations/idempotency.ts'
import { openApiOperation } from './operations/openapi-document.ts'
import type { AnyBinding, Handlers } from './operations/operation.ts'
import { pageReads } from './operations/page-reads.ts'
import type { Access } from './request/caller.ts'
import { clientAddress, proxyCheck } from './request/client-address.ts'
import { originCheck } from './response/headers.ts'
import type { Pages } from './response/pages.ts'
import type { Translate } from './response/send-error.ts'
import type { HttpServices } from './services.ts'
import { acceptUpgrades, type Upgrade } from './upgrades.ts'

export interface HttpOptions {
  readonly handlers: Handlers
  readonly access: Access
  readonly limiter: RateLimiter
  readonly idempotencyKeys: IdempotencyKeys
  readonly sessionCookies: Pick<SessionCookies, 'name' | 'isCsrfTokenOf'>
  readonly openBlobSink: () => Promise<BlobSink>
  /** The public address of the server, without a trailing slash. */
  readonly publicUrl: string
  /** Further origins whose pages may call the API. */
  readonly corsOrigins: readonly string[]
  /** Address ranges of proxies whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies: readonly string[]
  readonly log: Logger
  /**
   * Translates a thrown error, such as a lost database, into the error to send; null for a fault of
   * the server.
   */
  readonly translate?: Translate
  /** Handlers of connections that become WebSockets. */
  readonly upgrades?: readonly Upgrade[]
  /** Serves paths without an operation. */
  readonly pages?: Pages
  /** The operations that are served; all by default. */
  readonly serves?: (id: OperationId) => boolean
  readonly onAnswered?: (answered: AnsweredRequest) => void
  /** Absent if nothing is traced. */
  readonly traceRequest?: TraceRequest
  /** For tests: a response that violates its contract becomes a 500. */
  readonly validateResponses?: boolean
  /**
   * The memory for bodies of users, and as much again for anonymous bodies. Defaults to limits that
   * fit this process.
   */
  readonly bodyBudget?: BudgetLimits
  /** If absent, connections are unlimited. */
  readonly connections?: ConnectionLimits
  /**
   * Defaults: headers 10 s, whole request 15 min, next byte of a body 30 s, response without
   * progress 60 s, idle connection 72 s.
   */
  readonly timeouts?: {
    readonly headersMs?: number
    readonly requestMs?: number
    readonly bodyIdleMs?: number
    readonly stallMs?: number
    readonly keepAliveMs?: number
  }
}

/**
 * Creates the HTTP server with every operation of the contract. The caller must start and close it.
 */
export function createHttp(options: HttpOptions): FastifyInstance {
  const { headersMs = 10_000, requestMs = 900_000, bodyIdleMs = 30_000 } = options.timeouts ?? {}
  const { stallMs = 60_000, keepAliveMs = 72_000 } = options.timeouts ?? {}
  const { upgrades = [] } = options
  const isAllowedOrigin = originCheck(options.publicUrl, options.corsOrigins)
  const { name: cookieName, isCsrfTokenOf } = options.sessionCookies
  const room = options.bodyBudget ?? budgetHere()
  const bodies = { ofUsers: new BodyBudget(room), ofAddresses: new BodyBudget(room) }
  const addressOf = clientAddress(options.trustedProxies)
  const reads = new SharedReads()
  const services: HttpServices = {
    ...options,
    cookieName,
    isCsrfTokenOf,
    isAllowedOrigin,
    addressOf,
    bodyIdleMs,
    bodies,
    reads,
  }
  const operations = boundOperations(options, services)
  const app = bareServer({
    publicUrl: options.publicUrl,
    isAllowedOrigin,
    log: options.log,
    headersMs,
    requestMs,
    bodyIdleMs,
    stallMs,
    keepAliveMs,
    translate: options.translate ?? (() => null),
    upgrades,
    pages: options.pages ?? (async () => null),
    readFor: pageReads(operations, services),
    onAnswered: options.onAnswered ?? (() => {}),
  })
  if (options.connections !== undefined)
    limitConnections(app.server, {
      limits: options.connections,
      isProxy: proxyCheck(options.trustedProxies),
      publicUrl: options.publicUrl,
    })
  if (upgrades.length > 0)
    acceptUpgrades(app, upgrades, { ...options, addressOf, translate: options.translate ?? (() => null) })
  for (const bound of operations.values())
    for (const version of ['v0', 'v1'] as const)
      addRoute(app, bound, version, services, options.validateResponses === true)
  return app
}

/** Returns the served operations with their code. */
function boundOperations(options: HttpOptions, services: HttpServices): ReadonlyMap<OperationId, BoundOperation> {
  const served = [...operationTable.values()].filter(({ id }) => options.serves?.(id) !== false)
  return new Map(
    served.map((operation) => [
      operation.id,
      { operation, binding: bindingOf(operation, options), reader: bodyReader(operation, services) },
    ]),
  )
}

function bindingOf({ id }: Operation, { handlers, publicUrl }: HttpOptions): AnyBinding {
  return id === 'getOpenApiDocument' ? openApiOperation(publicUrl) : handlers[id]
}
