/**
 * Uses the browser's `EventSource` instead of a reconnecting client such as eventsource-client.
 * That client makes the build page 2.5 kB heavier (236.2 to 238.7 of 250 kB) and replaces none of
 * this logic. It reconnects to the first address, while topics change with each page, and it does
 * not handle polling, hidden tabs, silent proxies or ended sessions. `machine.ts` decides these.
 */
import { setServerTime } from '../api/clock.ts'
import { isBrowser } from '../browser/is-browser.ts'
import { LiveBatch } from './batch.ts'
import {
  isLogKey,
  keyOfTopic,
  type LiveEvent,
  liveEventTypes,
  readLiveEvent,
  serverTimeOf,
  topicsOfEvent,
} from './events.ts'
import { type Listener, Listeners } from './listeners.ts'
import { nextTimeOf, stepLive } from './machine.ts'
import type { LiveMode } from './poll-interval.ts'
import { idle, type LiveCommand, type LiveFact } from './state.ts'

/**
 * Owns the stream of this tab: executes the machine's commands, and reports facts to the machine.
 */
export class LiveConnection {
  readonly #listeners = new Listeners()
  readonly #batch = new LiveBatch((event) => this.#deliver(event))
  readonly #checkSession: () => void
  readonly #checkRelease: () => void
  readonly #watchers = new Set<() => void>()
  #state = idle(Math.random())
  #source: EventSource | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #isTold = true

  /** `checkSession` reads the session again; `checkRelease` reads the server's release. */
  constructor(checkSession: () => void, checkRelease: () => void) {
    this.#checkSession = checkSession
    this.#checkRelease = checkRelease
    if (!isBrowser) return
    document.addEventListener('visibilitychange', () => this.#tellVisible())
    window.addEventListener('online', () => this.dispatch({ type: 'reachable' }))
    this.#tellVisible()
  }

  /** Follows a topic until the returned function is called. */
  join(listener: Listener): () => void {
    this.#listeners.add(listener)
    this.topicsChanged()
    this.#catchUp(listener)
    return () => {
      this.#listeners.remove(listener)
      this.topicsChanged()
    }
  }

  /** Reports changed topics or cursors once, after all listeners of this task have registered. */
  topicsChanged(): void {
    if (!this.#isTold) return
    this.#isTold = false
    queueMicrotask(() => {
      this.#isTold = true
      const organization = this.#listeners.organization()
      // Between two pages there are no listeners, which does not mean another organization.
      const place = organization ?? this.#state.organization
      if (place !== this.#state.organization) this.#batch.clear()
      this.dispatch({ type: 'topics', organization: place, topics: this.#listeners.wanted() })
    })
  }

  dispatch(fact: LiveFact): void {
    const { state, commands } = stepLive(this.#state, fact, Date.now())
    this.#state = state
    for (const command of commands) this.#obey(command)
    clearTimeout(this.#timer)
    const due = nextTimeOf(this.#state)
    if (due !== null) this.#timer = setTimeout(() => this.dispatch({ type: 'time' }), Math.max(0, due - Date.now()))
    for (const watcher of this.#watchers) watcher()
  }

  /** Whether pages receive events, must poll, or follow nothing. */
  mode(): LiveMode {
    const { topics, stream, hiddenAt, isPolling } = this.#state
    if (topics.length === 0 || (hiddenAt !== null && stream.kind === 'closed')) return 'off'
    return isPolling ? 'polling' : 'live'
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #tellVisible(): void {
    this.dispatch({ type: 'visible', isVisible: !document.hidden })
  }

  /**
   * Makes a new listener read again, because its data may be older than the next event. A build's
   * cursor or a log's line makes this unnecessary.
   */
  #catchUp({ topic, cursor, onEvent }: Listener): void {
    const { stream } = this.#state
    const key = keyOfTopic(topic)
    if (stream.kind !== 'open' || !stream.keys.includes(key) || isLogKey(key) || cursor !== null) return
    onEvent({ type: 'resync', topic })
  }

  #obey(command: LiveCommand): void {
    switch (command.type) {
      case 'open':
        this.#open(command)
        break
      case 'close':
        this.#source?.close()
        this.#source = null
        break
      case 'check-session':
        this.#checkSession()
        break
      case 'check-release':
        this.#checkRelease()
        break
    }
  }

  #open({ organization, topics, cursor }: Extract<LiveCommand, { type: 'open' }>): void {
    const query = new URLSearchParams({
      topics: topics.map(({ key, line }) => (isLogKey(key) ? `${key}@${line}` : key)).join(','),
      ...(cursor === null ? {} : { cursor }),
    })
    const source = new EventSource(`/api/v0/organizations/${encodeURIComponent(organization)}/events?${query}`)
    this.#source = source
    const whileOurs = (run: (message: MessageEvent<string>) => void) => (message: Event) => {
      if (this.#source === source) run(message as MessageEvent<string>)
    }
    source.addEventListener(
      'open',
      whileOurs(() => this.dispatch({ type: 'opened' })),
    )
    // The machine reconnects. The browser's own reconnect would request the topics of the first
    // connection.
    source.addEventListener(
      'error',
      whileOurs(() => this.dispatch({ type: 'failed' })),
    )
    source.addEventListener(
      'beat',
      whileOurs((message) => this.#onBeat(message)),
    )
    for (const type of liveEventTypes)
      source.addEventListener(
        type,
        whileOurs((message) => this.#onEvent(type, message)),
      )
  }

  #onBeat({ data, lastEventId }: MessageEvent<string>): void {
    setServerTime(serverTimeOf(data))
    this.dispatch({ type: 'heard', id: idOf(lastEventId) })
  }

  #onEvent(type: LiveEvent['type'], { data, lastEventId }: MessageEvent<string>): void {
    const event = readLiveEvent(type, data)
    // An unreadable event of another release: listeners read everything again (web X1).
    const news = event === null ? this.#listeners.wanted().map(({ key }) => resyncOf(key)) : [event]
    for (const one of news) {
      this.#listeners.note(one)
      this.#batch.add(one)
    }
    this.dispatch({ type: 'heard', id: idOf(lastEventId) })
    if (event?.type === 'end') this.topicsChanged()
  }

  #deliver(event: LiveEvent): void {
    for (const key of topicsOfEvent(event)) for (const { onEvent } of this.#listeners.of(key)) onEvent(event)
  }
}

function resyncOf(topic: string): LiveEvent {
  return { type: 'resync', topic }
}

function idOf(lastEventId: string): string | null {
  return lastEventId === '' ? null : lastEventId
}
