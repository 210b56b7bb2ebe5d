import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '@harmont/sandbox'
import type { FastifyInstance } from 'fastify'

/** How long a stopping server is there at the least, so that whoever asks `/healthz` hears of it. */
const leastMs = 1000
const forceAfterMs = 500

/**
 * Stops an HTTP server: it serves on, until nobody is connected any more or the time is over; then streams are ended by `closeStreams`, and what is left is cut.
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
