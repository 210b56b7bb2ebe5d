/** Serves runners on other machines: who they are, and what each may ask. */
import type { RunnerPort, Store } from '@harmont/engine'
import { serveRunners as serveWire } from '@harmont/wire'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Builds, toLog } from '../builds/engine/start-builds.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { RateLimiter } from '../platform/rate-limits/limiter.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import { translateFault } from '../platform/translate-fault.ts'
import { answerStrangers, identifyRunner, type RunnerIdentity, RunnerRefused, secretsFor } from '../runners/index.ts'
import type { AnswerRunner } from './mount-runners.ts'

interface RunnerServices {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
  readonly settings: Pick<Settings, 'trustedProxies'>
  readonly engine: { readonly store: Store }
  readonly builds: Pick<Builds, 'portFor' | 'secrets'>
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'count'>
  /** Aborts when open requests must end. */
  readonly closing: AbortSignal
}

/** Returns what answers everything below `/runners/v1/`. */
export function serveRunners(services: RunnerServices): AnswerRunner {
  const { pool, limiter, settings, engine, builds, closing } = services
  const log = services.log.child({ part: 'runners' })
  const answerStranger = answerStrangers({ pool, limiter, trustedProxies: settings.trustedProxies })
  const portFor = keptPorts(({ pool: name, labels, organizations, ...runner }) =>
    builds.portFor(
      { pool: name, labels, queues: organizations },
      secretsFor(runner, { pool, secrets: builds.secrets }),
    ),
  )
  const server = serveWire<RunnerIdentity>({
    async authenticate({ headers: { authorization = '' } }) {
      try {
        return await identifyRunner(pool, authorization.replace(/^Bearer /, ''))
      } catch (error) {
        if (error instanceof RunnerRefused) {
          services.metrics.count('harmont_runner_refusals_total', { code: error.code })
          return { status: 401, code: error.code, message: error.message }
        }
        log.warn({ err: error }, 'could not look a runner up')
        return { status: 503, code: 'service_unavailable', message: 'The database cannot be reached.' }
      }
    },
    portFor,
    translate: translateFault,
    store: engine.store,
    log: toLog(log),
  })
  closing.addEventListener('abort', () => server.close())
  return async (request, reply) => {
    const answered = await answerStranger(request, reply)
    if (answered !== undefined) return answered
    reply.hijack()
    await server.handle(request.raw, reply.raw)
    return reply
  }
}

/** Keeps the port of each runner, which remembers things, for as long as its rights are the same. */
function keptPorts(open: (identity: RunnerIdentity) => RunnerPort): (identity: RunnerIdentity) => RunnerPort {
  const kept = new Map<string, { readonly rights: string; readonly port: RunnerPort }>()
  return (identity) => {
    const rights = JSON.stringify({ ...identity, session: 0 })
    const known = kept.get(identity.runner)
    if (known?.rights === rights) return known.port
    const port = open(identity)
    kept.set(identity.runner, { rights, port })
    return port
  }
}
