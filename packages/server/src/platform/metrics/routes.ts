import { Readable } from 'node:stream'
import { isSameToken } from '../encryption/token.ts'
import { apiError, type Client, type Handlers, operation } from '../http/index.ts'
import type { Settings } from '../settings/read-settings.ts'
import type { Metrics } from './metrics.ts'

export interface MetricsServices {
  readonly metrics: Metrics
  readonly settings: Pick<Settings, 'metricsToken'>
}

interface MonitorRequest {
  readonly bearer: string | null
  readonly client: Client
  readonly header: (name: string) => string | null
}

/** Headers of proxies. If one is present, the peer's address is not the client's. */
const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

export function metricsRoutes({ metrics, settings }: MetricsServices): Pick<Handlers, 'getMetrics'> {
  return {
    getMetrics: operation('getMetrics', async (request) => {
      requireMonitor(request, settings)
      const { text, contentType } = await metrics.read()
      const headers = { 'content-type': contentType }
      return { status: 200, mediaType: 'text/plain', headers, open: () => Readable.from([text]) }
    }),
  }
}

/**
 * Refuses callers who may not read metrics. Reading needs the token of HARMONT_METRICS_TOKEN or,
 * without that setting, a call from this machine.
 */
export function requireMonitor(
  { bearer, client, header }: MonitorRequest,
  { metricsToken }: Pick<Settings, 'metricsToken'>,
): void {
  if (metricsToken === null) {
    const isForwarded = forwardingHeaders.some((name) => header(name) !== null)
    if (isForwarded || !isLoopback(client.address))
      throw apiError(
        'unauthorized',
        'Metrics can be read from this machine only; to read them elsewhere, set HARMONT_METRICS_TOKEN.',
      )
  } else if (bearer === null || !isSameToken(bearer, metricsToken))
    throw apiError(
      'unauthorized',
      'The value of HARMONT_METRICS_TOKEN is required; send `Authorization: Bearer <token>`.',
    )
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
