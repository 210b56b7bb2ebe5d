import { Readable } from 'node:stream'
import type { Disk } from '@harmont/engine'
import type pg from 'pg'
import type { BlobStore } from '../blobs/blob-store.ts'
import { apiError, type Handlers, operation } from '../http/index.ts'
import type { Settings } from '../settings/read-settings.ts'

export interface HealthServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly disk: Pick<Disk, 'full'>
  readonly migrationNames: readonly string[]
  readonly settings: Pick<Settings, 'blobPlace'>
  /** True after SIGTERM. */
  readonly isDraining: () => boolean
}

/** Serves liveness and readiness. */
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
      const bad = Object.entries(checks).filter(([name, check]) => !check.ok && decides(name, services))
      if (bad.length === 0) return { status: 200, body: { status: 'ready', checks } }
      const what = bad.map(([name, check]) => `${name}: ${check.message}`).join('; ')
      throw apiError('not_ready', `The server is not ready (${what}).`, {
        checks,
        headers: { 'retry-after': '5' },
      })
    }),
  }
}

type Checks = Record<string, { ok: boolean; message: string | null }>

/**
 * Returns whether a failed check makes the server unready. S3 does not: all processes share it and
 * most requests do not need it, so a load balancer would take every process out of service.
 */
function decides(check: string, { settings }: Pick<HealthServices, 'settings'>): boolean {
  return check !== 'blobs' || settings.blobPlace?.kind !== 's3'
}

const patienceMs = 2000
/** Shorter than the timeout of probes, which is one second by default in Kubernetes. */
const shortPatienceMs = 500

/** Checks everything that a request may need. Never rejects; errors are reported in the checks. */
async function checkReadiness(services: HealthServices): Promise<Checks> {
  const checks = {
    database: () => services.pool.query('select 1'),
    migrations: () => requireMigrations(services),
    blobs: () => services.blobs.check(),
    disk: async () => requireFreeDisk(services.disk),
  }
  const results = await Promise.all(
    Object.entries(checks).map(
      async ([name, check]) =>
        [name, await judge(name, check, decides(name, services) ? patienceMs : shortPatienceMs)] as const,
    ),
  )
  return Object.fromEntries(results)
}

async function judge(name: string, check: () => Promise<unknown>, waitMs: number): Promise<Checks[string]> {
  const tooLong = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no response within ${waitMs} ms`)), waitMs).unref()
  })
  try {
    await Promise.race([check(), tooLong])
    return { ok: true, message: null }
  } catch (error) {
    // The route is public, and a driver's error message could reveal hosts and users.
    return { ok: false, message: error instanceof NotReady ? error.message : `${name} is not responding` }
  }
}

class NotReady extends Error {
  override readonly name = 'NotReady'
}

async function requireMigrations({ pool, migrationNames }: HealthServices): Promise<void> {
  const { rows } = await pool.query<{ name: string }>('select name from migrations')
  const done = new Set(rows.map((row) => row.name))
  const missing = migrationNames.filter((name) => !done.has(name))
  if (missing.length > 0) throw new NotReady(`${missing.length} migrations are pending`)
}

function requireFreeDisk({ full }: Pick<Disk, 'full'>): void {
  if (full !== null) throw new NotReady(`the disk of the data directory is full: ${full}`)
}
