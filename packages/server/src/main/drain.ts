import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '@harmont/sandbox'
import type { FastifyInstance } from 'fastify'

/** A stopping server runs at least this long, so that load balancers see its `/healthz`. */
const leastMs = 1000
const forceAfterMs = 500

/**
 * Stops an HTTP server. It serves until no client is connected or `drainMs` is over. Then
 * `closeStreams` ends streams, and remaining connections are cut.
 */
export async function drainHttp(app: FastifyInstance, drainMs: number, closeStreams: () => void): Promise<void> {
  const start = now()
  await sleep(Math.min(leastMs, drainMs))
  while (now() - start < drainMs && (await openConnections(app)) > 0) {
    app.server.closeIdleConnections()
    await sleep(50)
  }
  closeStreams()
  const closed = app.close()
  const force = setTimeout(() => app.server.closeAllConnections(), forceAfterMs)
  await closed
  clearTimeout(force)
}

function openConnections(app: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) =>
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
}
