/**
 * Shells in files of runners on other machines. The runner dials in, and the server joins its
 * connection to the person's.
 */
import { randomBytes } from 'node:crypto'
import {
  lackingFeatures,
  reaches,
  type ShellRequest,
  ShellUnavailable,
  type ShellWork,
  type Store,
} from '@harmont/engine'
import type { Conversation } from '@harmont/sandbox'
import { wireHeaders } from '@harmont/wire'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import { apiError, type UpgradeRequest } from '../../../platform/http/index.ts'
import { watchClient } from '../converse.ts'
import { requireHandshake, upgraded } from '../handshake.ts'
import { addressOfAsk, asksOf, enterAsk, insertAsk, removeAsk, runnersElsewhere, type ShellRunner } from './asks.ts'
import { isRelayed, relay } from './relay.ts'
import { conversationOver } from './remote-conversation.ts'

/**
 * Notifies listeners of a request for a shell: with the runner, or with null when requests may have
 * been missed.
 */
export type AskListeners = Set<(runner: string | null) => void>

interface RemoteShellServices {
  readonly pool: pg.Pool
  readonly store: Pick<Store, 'runners' | 'now'>
  readonly log: Logger
  /** Aborted when the server closes its streams. */
  readonly closing: AbortSignal
  /** The address at which other processes reach this one. */
  readonly address: string
  readonly asked: AskListeners
}

/** A person waiting for a runner to dial. */
interface Waiting {
  readonly step: ShellWork['step']
  give(socket: WebSocket): void
  /** Tells the person which features of the step the runner lacks. */
  refuse(lacking: readonly string[]): void
}

/** How long a runner may take to dial. */
const dialMs = 20_000
/** The limit of a runner's message, which holds a piece of output. */
const longestMessage = 1024 * 1024
const [pingMs, silenceMs] = [15_000, 60_000]

export class RemoteShells {
  readonly #services: RemoteShellServices
  /** Keyed by the ticket sent to the runner. */
  readonly #waiting = new Map<string, Waiting>()
  readonly #sockets = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: longestMessage })

  constructor(services: RemoteShellServices) {
    this.#services = services
  }

  /** Requests a shell from a runner. Throws `ShellUnavailable` if none can open it. */
  async open(work: ShellWork, { buildId, jobId, before, script, size }: ShellRequest): Promise<Conversation> {
    const { pool, closing, address } = this.#services
    const { id: runner, name } = await this.#runnerFor(work)
    const ticket = randomBytes(32).toString('base64url')
    const { promise: dialled, resolve, reject } = Promise.withResolvers<WebSocket>()
    const silent = `The runner ${name} did not answer within ${dialMs / 1000} s. Check whether it is running, and try again.`
    const timer = setTimeout(() => reject(new ShellUnavailable('no_runner', silent)), dialMs)
    const onClosing = () => reject(apiError('draining', 'The server is stopping; open the shell again in a moment.'))
    closing.addEventListener('abort', onClosing)
    const refuse = (lacking: readonly string[]) => {
      const message = `The runner ${name} is of a release that does not support ${lacking.join(', ')}. Update it, and try again.`
      reject(new ShellUnavailable('no_runner', message))
    }
    this.#waiting.set(ticket, { step: work.step, give: resolve, refuse })
    // The request may fail before anything awaits it.
    dialled.catch(() => {})
    try {
      if (closing.aborted) onClosing()
      await insertAsk(pool, { ticket, runner, buildId, jobId, before, address }, dialMs / 1000)
      const socket = await dialled
      socket.once('close', () => void this.#forget(ticket))
      watchClient(socket, pingMs, silenceMs)
      return conversationOver(socket, { script, size }, name)
    } catch (error) {
      await this.#forget(ticket)
      throw error
    } finally {
      clearTimeout(timer)
      closing.removeEventListener('abort', onClosing)
      this.#waiting.delete(ticket)
    }
  }

  /**
   * Connects a runner to the person who waits for it, in this process or another one. Throws 422
   * for an invalid ticket.
   */
  async enter(runner: string, request: UpgradeRequest): Promise<void> {
    requireHandshake(request)
    const { pool, closing } = this.#services
    const ticket = String(request.raw.headers[wireHeaders.ticket] ?? '')
    const waiting = this.#waiting.get(ticket)
    if (waiting !== undefined) {
      await this.#requireFeatures(runner, request, ticket, waiting)
      if (!(await enterAsk(pool, ticket, runner))) throw unknownTicket()
      const socket = await upgraded(this.#sockets, request)
      // Nothing waits for it any more.
      if (socket !== null && !this.#waiting.has(ticket)) socket.terminate()
      else if (socket !== null) waiting.give(socket)
      return
    }
    const address = isRelayed(request) ? undefined : await addressOfAsk(pool, ticket, runner)
    if (address === undefined) throw unknownTicket()
    await relay(request, address, closing)
  }

  /**
   * Refuses a runner of an earlier release, which would open a shell without its step's egress
   * list.
   */
  async #requireFeatures(runner: string, { raw }: UpgradeRequest, ticket: string, { step, refuse }: Waiting) {
    const lacking = lackingFeatures(step, String(raw.headers[wireHeaders.features] ?? '').split(','))
    if (lacking.length === 0) return
    if ((await addressOfAsk(this.#services.pool, ticket, runner)) === undefined) throw unknownTicket()
    refuse(lacking)
    throw apiError('request_invalid', `The step of this shell needs a runner that supports ${lacking.join(', ')}.`)
  }

  /** Returns the tickets with which a runner should dial. */
  asked(runner: string): Promise<readonly string[]> {
    return asksOf(this.#services.pool, runner)
  }

  /** Calls the listener when there may be new ones. Returns the unsubscriber. */
  onAsked(runner: string, listener: () => void): () => void {
    const { asked } = this.#services
    const hear = (of: string | null) => {
      if (of === null || of === runner) listener()
    }
    asked.add(hear)
    return () => asked.delete(hear)
  }

  /**
   * Returns the runner that has the files; if an image is enough, any runner that may run the step.
   */
  async #runnerFor({ holder, snapshot, queue, step }: ShellWork): Promise<ShellRunner> {
    const { pool, store } = this.#services
    if (snapshot === null) {
      const present = (await store.runners.present(store.now())).filter(({ reach }) => reaches(reach, queue, step))
      const found = (
        await runnersElsewhere(
          pool,
          present.map(({ id }) => id),
        )
      ).find(({ isThere }) => isThere)
      if (found !== undefined) return found
      throw new ShellUnavailable('no_runner', 'No connected runner may run this step. Try again when one is connected.')
    }
    const [found] = holder === null ? [] : await runnersElsewhere(pool, [holder])
    if (found?.isThere) return found
    if (found === undefined)
      throw new ShellUnavailable('snapshot_gone', 'The machine that had these files is gone. Run the build again.')
    const missing = `The runner ${found.name}, which has these files, is not connected. Try again when it is.`
    throw new ShellUnavailable('no_runner', missing)
  }

  async #forget(ticket: string): Promise<void> {
    const { pool, log } = this.#services
    // The request expires even if it is not removed.
    await removeAsk(pool, ticket).catch((error: unknown) =>
      log.warn({ err: error }, 'could not remove a request for a shell'),
    )
  }
}

function unknownTicket() {
  return apiError('request_invalid', "The ticket is unknown, used, expired or another runner's.")
}
