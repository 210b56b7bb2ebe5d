import { randomBytes } from 'node:crypto'
import { type BuildSource, isTerminal, type Job } from '@harmont/engine'
import type pg from 'pg'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Handlers, operation } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { requireJob } from '../engine/load-build.ts'
import { requireBuild } from '../records/require-build.ts'
import { requireSource } from '../source/require-source.ts'
import type { Shells } from './shells.ts'
import { insertTicket } from './ticket-store.ts'

const ticketSeconds = 60

export interface ShellRouteServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly publicUrl: string
  readonly shells: Shells
}

/** The routes for shell tickets; the shell itself is a WebSocket, see `shells.ts`. */
export function shellRoutes({ pool, engine, publicUrl, shells }: ShellRouteServices): Pick<Handlers, 'openShell'> {
  return {
    openShell: operation('openShell', async ({ membership, params, caller, body }) => {
      const { organizationId } = membership
      const { build } = await requireBuild(pool, organizationId, params)
      const job = await requireJob(engine, build.id, params.job_id)
      const isBefore = body.before ?? false
      if (isBefore) await requireSource(pool, build.id, await sourceOf(engine, build.id))
      else requireLeft(job)
      shells.requireFree(organizationId)
      const token = randomBytes(32).toString('base64url')
      const tokenHash = hashToken(token)
      const ticket = { tokenHash, organizationId, buildId: build.id, jobId: job.id, isBefore, caller }
      const expiresAt = await insertTicket(pool, { ...ticket, seconds: ticketSeconds })
      const url = `${publicUrl.replace(/^http/, 'ws')}${shells.upgrade.path}`
      return { status: 201, body: { url, token, expires_at: formatInstant(expiresAt) } }
    }),
  }
}

async function sourceOf(engine: BuildEngine, buildId: string): Promise<BuildSource | null> {
  return (await engine.store.builds.load(buildId))?.context.source ?? null
}

/** Requires a job that left a file system, which may be removed before the shell opens. */
function requireLeft({ state, startedAt, cached }: Job): void {
  if (!isTerminal(state))
    throw apiError('snapshot_gone', `The job is ${state}: a shell can open in its file system once it has finished.`)
  if (startedAt === null && !cached)
    throw apiError(
      'snapshot_gone',
      'The job never ran, so it has no file system; use `before` to open what it would have started from.',
    )
}
