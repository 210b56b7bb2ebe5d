/** Serves runners on other machines: authenticates them and limits each to its rights. */
import type { IncomingMessage } from 'node:http'
import { type Disk, type RunnerPort, type Store, shellWork } from '@harmont/engine'
import { type RunnerShells, serveRunners as serveWire } from '@harmont/wire'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Builds, toLog } from '../builds/engine/start-builds.ts'
import { hasSecrets, layerObjects } from '../builds/layers/index.ts'
import { isOpening, openingOf } from '../builds/shells/elsewhere/asks.ts'
import type { RemoteShells } from '../builds/shells/elsewhere/remote-shells.ts'
import type { BlobStore } from '../platform/blobs/blob-store.ts'
import { ApiError, apiError } from '../platform/http/index.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { RateLimiter } from '../platform/rate-limits/limiter.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import { translateFault } from '../platform/translate-fault.ts'
import { RunnerRefused } from '../runners/refusals.ts'
import { answerStrangers } from '../runners/routes.ts'
import { idTokensFor, secretsFor } from '../runners/runner-secrets.ts'
import { identifyRunner, type RunnerIdentity } from '../runners/tokens.ts'
import type { RunnerEntrance } from './mount-runners.ts'

interface RunnerServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly disk: Pick<Disk, 'full'>
  readonly limiter: RateLimiter
  /** Signs receipts and tickets of runners. */
  readonly runnerSecret: string
  readonly settings: Pick<Settings, 'trustedProxies'>
  readonly engine: { readonly store: Store }
  readonly builds: Pick<Builds, 'portFor' | 'secrets' | 'idTokens'>
  readonly shellsElsewhere: RemoteShells
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'count'>
  /** Aborts when open requests must end. */
  readonly closing: AbortSignal
}

/** Returns the handler of all requests below `/runners/v1/`. */
export function serveRunners(services: RunnerServices): RunnerEntrance {
  const { shellsElsewhere, pool, limiter, settings, engine, builds, closing } = services
  const log = services.log.child({ part: 'runners' })
  const wantFiles = async () => engine.store.layers?.wantOfDraining(engine.store.now())
  const answerStranger = answerStrangers({ pool, limiter, trustedProxies: settings.trustedProxies, wantFiles })
  const shared = { objects: layerObjects(services, services.runnerSecret), mayHave: hasSecrets(builds.secrets) }
  const portFor = keptPorts(({ pool: name, labels, organizations, ...own }) =>
    builds.portFor({
      reach: { pool: name, labels, queues: organizations },
      secrets: secretsFor(own, { pool, secrets: builds.secrets }),
      idTokens: idTokensFor(own, builds.idTokens),
      layers: { ...shared, runner: own.runner, getsSecrets: own.getsSecrets, ticketSecret: services.runnerSecret },
    }),
  )
  const shellsFor = (identity: RunnerIdentity): RunnerShells => {
    const { runner } = identity
    const secrets = secretsFor(identity, { pool, secrets: builds.secrets })
    return {
      asked: () => shellsElsewhere.asked(runner),
      onAsked: (listener) => shellsElsewhere.onAsked(runner, listener),
      async work(ticket) {
        const opening = await openingOf(pool, ticket, runner)
        return opening === undefined ? null : shellWork({ store: engine.store, secrets }, opening)
      },
      isOpening: (buildId) => isOpening(pool, runner, buildId),
    }
  }
  const identify = ({ headers: { authorization = '' } }: IncomingMessage) =>
    identifyRunner(pool, authorization.replace(/^Bearer /, ''))
  const server = serveWire<RunnerIdentity>({
    async authenticate(request) {
      try {
        return await identify(request)
      } catch (error) {
        if (error instanceof RunnerRefused) {
          services.metrics.count('harmont_runner_refusals_total', { code: error.code })
          return { status: 401, code: error.code, message: error.message }
        }
        log.warn({ err: error }, 'could not look up a runner')
        return { status: 503, code: 'service_unavailable', message: 'The database cannot be reached.' }
      }
    },
    portFor,
    translate: (error) => (error instanceof ApiError ? error : translateFault(error)),
    shellsFor,
    store: engine.store,
    log: toLog(log),
  })
  closing.addEventListener('abort', () => server.close())
  return {
    async answer(request, reply) {
      const answered = await answerStranger(request, reply)
      if (answered !== undefined) return answered
      reply.hijack()
      await server.handle(request.raw, reply.raw)
      return reply
    },
    async enterShell(request) {
      const { runner } = await identify(request.raw).catch((error: unknown) => {
        throw error instanceof RunnerRefused ? apiError('unauthorized', error.message) : error
      })
      await shellsElsewhere.enter(runner, request)
    },
  }
}

/** Keeps the port of each runner, which has state, until the runner's rights change. */
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
