import type { ShellRequest } from '@harmont/engine'
import type { Conversation } from '@harmont/sandbox'
import type pg from 'pg'
import type { Logger } from 'pino'
import { WebSocketServer } from 'ws'
import { type AccessWatch, mayStay } from '../../identity/index.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Upgrade, type UpgradeRequest } from '../../platform/http/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { Seats } from '../../platform/rate-limits/seats.ts'
import { type ConverseTimes, converse, type Ending, watchClient } from './converse.ts'
import { explainShell } from './explain.ts'
import { longestFrame } from './frames.ts'
import { requireHandshake, upgraded } from './handshake.ts'
import { type Ticket, takeTicket } from './ticket-store.ts'

interface ShellServices {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
  readonly log: Logger
  /** Aborted when the server closes its streams: at the end of its drain time. */
  readonly closing: AbortSignal
  readonly accessWatch: AccessWatch
  readonly openShell: (request: ShellRequest) => Promise<Conversation>
}

export interface ShellTimes extends ConverseTimes {
  readonly pingMs: number
  readonly silenceMs: number
}

const usualTimes: ShellTimes = {
  pingMs: 15_000,
  silenceMs: 60_000,
  firstFrameMs: 10_000,
  closeMs: 1_000,
}

const protocol = 'harmont-shell'
const mostPerOrganization = 5

/** The open shells of this process. */
export class Shells {
  readonly upgrade: Upgrade = { path: '/api/v0/shells', enter: (request) => this.#enter(request) }
  readonly #services: ShellServices
  readonly #times: ShellTimes
  readonly #seats = new Seats(mostPerOrganization, () =>
    apiError(
      'rate_limited',
      `This organization already has ${mostPerOrganization} open shells; close one, or try again later.`,
      { headers: { 'retry-after': '30' } },
    ),
  )
  readonly #open = new Set<Promise<void>>()
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: longestFrame,
    handleProtocols: () => protocol,
  })

  constructor(services: ShellServices, times: ShellTimes = usualTimes) {
    this.#services = services
    this.#times = times
  }

  /** Throws 429 if the organization has too many. */
  requireFree(organizationId: string): void {
    this.#seats.requireFree(organizationId)
  }

  /** Resolves when none remains; `closing` ends them. */
  async ended(): Promise<void> {
    await Promise.all(this.#open)
  }

  async #enter(request: UpgradeRequest): Promise<void> {
    requireHandshake(request)
    const { pool } = this.#services
    const token = await this.#shownToken(request)
    const actorOf = ({ userId }: Ticket): Actor => ({ userId, ...request.client, requestId: request.requestId })
    let leaveSeat = () => {}
    const enter = async (client: pg.ClientBase): Promise<Ticket | null> => {
      const taken = await takeTicket(client, hashToken(token))
      if (taken === undefined || !(await mayStay(client, taken))) return null
      // If no seat is free the transaction fails, so the ticket remains valid.
      leaveSeat = this.#seats.take(taken.organizationId)
      await recordAudit(client, actorOf(taken), { ...auditOf(taken), action: 'shell.opened' })
      return taken
    }
    const ticket = await transaction(pool, enter).catch((error: unknown) => {
      leaveSeat()
      throw error
    })
    if (ticket === null) return this.#refuse(request, 'The token is unknown, used or expired; request a new shell')
    const serving = this.#serve(request, ticket, actorOf(ticket)).finally(() => {
      leaveSeat()
      this.#open.delete(serving)
    })
    this.#open.add(serving)
  }

  /** Serves one shell to its end, and records it. */
  async #serve(request: UpgradeRequest, ticket: Ticket, actor: Actor): Promise<void> {
    const { pool, log, openShell, closing, accessWatch } = this.#services
    const startedAt = performance.now()
    const lost = new AbortController()
    const access = accessWatch.watch(ticket, closing)
    const onLost = () =>
      lost.abort(
        closing.aborted
          ? apiError('draining', 'The server is stopping; open the shell again in a moment.')
          : apiError('unauthorized', 'Your membership, session or key has ended, and with it this shell.'),
      )
    access.signal.addEventListener('abort', onLost)
    const { buildId, jobId, isBefore: before } = ticket
    let ending: Ending = { by: 'client' }
    try {
      const socket = await upgraded(this.#sockets, request)
      if (socket === null) return
      if (access.signal.aborted) onLost()
      watchClient(socket, this.#times.pingMs, this.#times.silenceMs)
      const host = {
        open: (opening: Pick<ShellRequest, 'script' | 'size'>) => openShell({ buildId, jobId, before, ...opening }),
        over: lost.signal,
        explain: (thrown: unknown) =>
          explainShell(thrown, (error) => log.error({ err: error }, 'could not open a shell')),
      }
      ending = await converse(socket, host, this.#times)
    } catch (error) {
      log.error({ err: error, request_id: request.requestId }, 'a shell ended with an error')
      ending = { by: 'problem', code: 'internal_error' }
    } finally {
      access.signal.removeEventListener('abort', onLost)
      access.end()
      const details = { ...auditOf(ticket).details, seconds: (performance.now() - startedAt) / 1000, ended: ending }
      await recordAudit(pool, actor, { ...auditOf(ticket), action: 'shell.ended', details }).catch((error: unknown) =>
        log.error({ err: error, request_id: request.requestId, ...details }, 'could not record the end of a shell'),
      )
    }
  }

  async #shownToken(request: UpgradeRequest): Promise<string> {
    const offered = (request.raw.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
    const token = offered.find((each) => each.startsWith('token.'))?.slice('token.'.length)
    if (token !== undefined && offered.includes(protocol)) return token
    return this.#refuse(request, 'A token is required')
  }

  async #refuse({ client }: UpgradeRequest, why: string): Promise<never> {
    await this.#services.limiter.take('anonymous', client.address)
    const how = `offer \`Sec-WebSocket-Protocol: ${protocol}, token.TOKEN\``
    throw apiError('unauthorized', `${why}; ${how}.`)
  }
}

function auditOf({ organizationId, pipelineSlug, buildNumber, jobId, isBefore }: Ticket) {
  return {
    organizationId,
    subject: jobId,
    details: { pipeline: pipelineSlug, build: buildNumber, before: isBefore },
  }
}
