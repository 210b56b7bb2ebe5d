import { Readable } from 'node:stream'
import { apiError, type Handlers, operation } from '../http/index.ts'
import { checkReadiness, type ReadinessServices } from './readiness.ts'

export interface HealthServices extends ReadinessServices {
  /** True from SIGTERM on. */
  readonly isDraining: () => boolean
}

/** Whether the server lives, and whether it can do its work. */
export function healthRoutes(services: HealthServices): Pick<Handlers, 'ping' | 'getHealth' | 'getReadiness'> {
  const refuseWhileDraining = () => {
    if (!services.isDraining()) return
    throw apiError('draining', 'The server is stopping; use another one.', { headers: { 'retry-after': '5' } })
  }
  return {
    ping: operation('ping', async () => ({ status: 200, body: { status: 'ok' } })),
    getHealth: operation('getHealth', async () => {
      refuseWhileDraining()
      return { status: 200, mediaType: 'text/plain', open: () => Readable.from(['ok']) }
    }),
    getReadiness: operation('getReadiness', async () => {
      refuseWhileDraining()
      const checks = await checkReadiness(services)
      const bad = Object.entries(checks).filter(([, check]) => !check.ok)
      if (bad.length === 0) return { status: 200, body: { status: 'ready', checks } }
      const what = bad.map(([name, check]) => `${name}: ${check.message}`).join('; ')
      throw apiError('not_ready', `The server is not ready (${what}).`, {
        checks,
        headers: { 'retry-after': '5' },
      })
    }),
  }
}
