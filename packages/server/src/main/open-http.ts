/** Assembles the HTTP server. */
import { fileURLToPath } from 'node:url'
import type { OperationId } from '@harmont/contract'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { ShellRouteServices } from '../builds/shells/routes.ts'
import { identify } from '../identity/access/authenticate.ts'
import { readAuthConfig } from '../identity/auth-config.ts'
import { docsPages } from '../operator/docs-pages/pages.ts'
import { webAppPages } from '../operator/web-app/pages.ts'
import { readWebApp } from '../operator/web-app/read-web-app.ts'
import { connectionsHere, createHttp, firstPage, type Pages, type Upgrade } from '../platform/http/index.ts'
import { idempotencyKeys } from '../platform/idempotency/idempotency-keys.ts'
import { type Settings, SettingsError } from '../platform/settings/read-settings.ts'
import { diskFull, translateFault } from '../platform/translate-fault.ts'
import { allRoutes, type Services } from './routes.ts'

/** The operations that monitors call. */
const operatorsOperations: ReadonlySet<OperationId> = new Set([
  'ping',
  'getHealth',
  'getReadiness',
  'getMetrics',
  'getScale',
])

/** The output of `scripts/build.ts`. */
const builtWebApp = fileURLToPath(new URL('../../../web/dist', import.meta.url))

/** Opens the HTTP server of a role. A scheduler serves only its operator's operations. */
export async function openHttp(
  services: Services & ShellRouteServices,
  settings: Settings,
  more: { readonly log: Logger; readonly validateResponses: boolean; readonly upgrades: readonly Upgrade[] },
): Promise<FastifyInstance> {
  if (settings.role === 'scheduler') {
    const serves = (id: OperationId) => operatorsOperations.has(id)
    return makeHttp(services, settings, { ...more, pages: firstPage([]), serves })
  }
  const webApp = await readWebApp(builtWebApp)
  const pages = firstPage([
    webAppPages({ ...services, webApp, readAuthConfig: () => readAuthConfig(services) }),
    docsPages(async () => (await import('../operator/docs-pages/read-docs-site.ts')).readDocsSite(webApp)),
  ])
  return makeHttp(services, settings, { ...more, pages })
}

async function makeHttp(
  services: Services & ShellRouteServices,
  settings: Settings,
  more: {
    readonly log: Logger
    readonly pages: Pages
    readonly validateResponses: boolean
    readonly upgrades: readonly Upgrade[]
    readonly serves?: (id: OperationId) => boolean
  },
): Promise<FastifyInstance> {
  const { pool, blobs, disk, tracing } = services
  const tracesRequests = tracing && (await import('../platform/tracing/trace-requests.ts')).traceRequests(tracing)
  return createHttp({
    handlers: allRoutes(services),
    access: { identify: (credential, slug) => identify(pool, credential, slug) },
    async openBlobSink() {
      if (disk.full !== null) throw diskFull(disk.full)
      return blobs.create()
    },
    limiter: services.limiter,
    idempotencyKeys: idempotencyKeys(pool, more.log),
    sessionCookies: services.sessionCookies,
    publicUrl: settings.publicUrl,
    corsOrigins: settings.corsOrigins,
    trustedProxies: settings.trustedProxies,
    connections: connectionsHere(settings.connections, settings.connectionsPerAddress),
    translate: translateFault,
    onAnswered: services.metrics.observe,
    ...(tracesRequests && { traceRequest: tracesRequests }),
    ...more,
  })
}

export async function listen(app: FastifyInstance, { host, port }: Settings): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new SettingsError(`PORT: port ${port} is already in use by another program.`)
    throw error
  }
}
