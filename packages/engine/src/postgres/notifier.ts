/** Exchanges changes with other processes by NOTIFY: several times a second, and with ids only. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type ChangedBuild, type LocalChangeFeed, logsOf } from '../change-feed.ts'
import type { Effect } from '../core/model.ts'

type Stop = Extract<Effect, { readonly type: 'stop' }>

/** Field names are short, because PostgreSQL limits payloads to 8,000 bytes. */
interface Notice {
  readonly from: string
  readonly jobs?: readonly string[]
  readonly builds?: readonly string[]
  /** The queues of the builds; absent in notices of earlier releases. */
  readonly queues?: readonly string[]
  readonly stops?: readonly Stop[]
  readonly ready?: boolean
  /** Runners with wanted snapshots. */
  readonly wanted?: readonly string[]
}

/** Handlers of payloads, by channel. The payload is null when notices may have been missed. */
export type Hears = Readonly<Record<string, (payload: string | null) => void>>

export const changesChannel = 'engine_changes'
/** Has no sender, so that the sending process receives it as well. */
export const everybodyLooks = JSON.stringify({ from: '', ready: true } satisfies Notice)
const coalesceMs = 20
const idsPerNotice = 60
const reconnectMs = 1000

export class Notifier {
  readonly #pool: pg.Pool
  readonly #feed: LocalChangeFeed
  readonly #warn: (error: unknown) => void
  readonly #name = randomUUID()
  readonly #jobs = new Set<string>()
  /** Changed builds, each with its queue. */
  readonly #builds = new Map<string, string>()
  #stops: Stop[] = []
  #ready = false
  readonly #wanted = new Set<string>()
  readonly #hears: Hears
  #timer: NodeJS.Timeout | null = null
  #sending: Promise<void> = Promise.resolve()
  #reconnectTimer: NodeJS.Timeout | null = null
  #reconnecting: Promise<void> = Promise.resolve()
  #listening: pg.PoolClient | null = null
  #closed = false

  /**
   * `warn` receives lost notices and connections, which only cost time because all processes also
   * poll.
   */
  constructor(pool: pg.Pool, feed: LocalChangeFeed, warn: (error: unknown) => void, hears: Hears = {}) {
    this.#pool = pool
    this.#feed = feed
    this.#warn = warn
    this.#hears = hears
  }

  /** Listens, and reopens a lost connection. Rejects when the first connection fails. */
  async listen(): Promise<void> {
    const client = await this.#pool.connect()
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === changesChannel) this.#hear(JSON.parse(payload) as Notice)
      else this.#hears[channel]?.(payload)
    })
    client.on('error', (error) => this.#lose(client, error))
    try {
      await client.query([changesChannel, ...Object.keys(this.#hears)].map((channel) => `listen ${channel}`).join(';'))
    } catch (error) {
      client.release(true)
      throw error
    }
    this.#listening = client
  }

  job(id: string): void {
    this.#jobs.add(id)
    this.#arm()
  }

  tell({ id, queue }: ChangedBuild, effects: readonly Effect[]): void {
    this.#builds.set(id, queue)
    for (const effect of effects) {
      if (effect.type === 'ready') this.#ready = true
      else if (effect.type === 'stop') this.#stops.push(effect)
      else if ('job' in effect) for (const id of logsOf(effect)) this.#jobs.add(id)
    }
    this.#arm()
  }

  /** Announces that jobs may go to runners that could not take them before. */
  ready(): void {
    this.#ready = true
    this.#arm()
  }

  wanted(runner: string): void {
    this.#wanted.add(runner)
    this.#arm()
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) {
      clearTimeout(this.#timer)
      this.#sending = this.#sending.then(() => this.#send())
    }
    if (this.#reconnectTimer !== null) clearTimeout(this.#reconnectTimer)
    await this.#reconnecting
    await this.#sending
    this.#listening?.removeAllListeners('notification')
    this.#listening?.release(true)
    this.#listening = null
  }

  #arm(): void {
    if (this.#closed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#sending = this.#sending.then(() => this.#send())
    }, coalesceMs)
  }

  async #send(): Promise<void> {
    const notices = this.#takeNotices()
    try {
      await this.#pool.query({
        name: 'engine-notify',
        // Does not wait for the disk: a notice that is lost with the machine only costs time.
        text: `select pg_notify($1, n), set_config('synchronous_commit', 'off', true) from unnest($2::text[]) as n`,
        values: [changesChannel, notices.map((notice) => JSON.stringify(notice))],
      })
    } catch (error) {
      this.#warn(error)
    }
  }

  #takeNotices(): readonly Notice[] {
    const from = this.#name
    const notices: Notice[] = [
      ...inParts([...this.#jobs]).map((jobs) => ({ from, jobs })),
      ...inParts([...this.#builds]).map((part) => ({
        from,
        builds: part.map(([id]) => id),
        queues: [...new Set(part.map(([, queue]) => queue))],
      })),
      ...inParts(this.#stops).map((stops) => ({ from, stops })),
      ...(this.#ready ? [{ from, ready: true }] : []),
      ...inParts([...this.#wanted]).map((wanted) => ({ from, wanted })),
    ]
    this.#jobs.clear()
    this.#builds.clear()
    this.#stops = []
    this.#ready = false
    this.#wanted.clear()
    return notices
  }

  #hear({ from, jobs = [], builds = [], queues, stops = [], ready = false, wanted = [] }: Notice): void {
    if (from === this.#name) return
    for (const job of jobs) this.#feed.job(job)
    for (const build of builds) this.#feed.build(build)
    for (const queue of queues ?? []) this.#feed.queue(queue)
    if (builds.length > 0 && queues === undefined) this.#feed.everyQueue()
    for (const stop of stops) this.#feed.stop(stop)
    if (ready) this.#feed.ready()
    for (const runner of wanted) this.#feed.wanted(runner)
  }

  #lose(client: pg.PoolClient, error: Error): void {
    if (this.#closed || this.#listening !== client) return
    this.#warn(error)
    this.#listening = null
    client.release(error)
    this.#listenAgain()
  }

  #listenAgain(): void {
    if (this.#closed) return
    this.#reconnectTimer = setTimeout(() => {
      this.#reconnecting = this.listen().then(
        () => {
          this.#feed.everything()
          for (const hear of Object.values(this.#hears)) hear(null)
        },
        (error: unknown) => {
          this.#warn(error)
          this.#listenAgain()
        },
      )
    }, reconnectMs)
  }
}

function inParts<T>(items: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = []
  for (let from = 0; from < items.length; from += idsPerNotice) parts.push(items.slice(from, from + idsPerNotice))
  return parts
}
