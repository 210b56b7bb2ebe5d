import { isLogKey, keyOfTopic, type LiveEvent, lineOfTopic } from './events.ts'
import type { WantedTopic } from './state.ts'

/** A component that follows a topic. */
export interface Listener {
  readonly organization: string
  topic: string
  cursor: string | null
  readonly onEvent: (event: LiveEvent) => void
}

/** The listeners of this tab, and the topics that the stream must carry for them. */
export class Listeners {
  #all: readonly Listener[] = []
  /** Topics that have ended. A new listener restarts such a topic. */
  readonly #ended = new Set<string>()
  /**
   * The last received line of each log. The line is requested again, because it may have grown
   * since.
   */
  readonly #lines = new Map<string, number>()

  add(listener: Listener): void {
    const key = keyOfTopic(listener.topic)
    if (this.of(key).length === 0) this.#forget(key)
    this.#all = [...this.#all, listener]
  }

  remove(listener: Listener): void {
    this.#all = this.#all.filter((one) => one !== listener)
    const key = keyOfTopic(listener.topic)
    if (this.of(key).length === 0) this.#forget(key)
  }

  of(key: string): readonly Listener[] {
    return this.#all.filter(({ topic }) => keyOfTopic(topic) === key)
  }

  /** Updates the state of an event's topic. */
  note(event: LiveEvent): void {
    if (event.type === 'end') this.#ended.add(keyOfTopic(event.topic))
    if (event.type === 'log') this.#lines.set(`log:${event.job_id}`, event.from + Math.max(0, event.lines.length - 1))
  }

  /** Returns the organization of the newest listener. */
  organization(): string | null {
    return this.#all.at(-1)?.organization ?? null
  }

  /**
   * Returns the wanted topics. If two listeners want the same log, the smaller starting line
   * decides.
   */
  wanted(): readonly WantedTopic[] {
    const organization = this.organization()
    const topics = new Map<string, WantedTopic>()
    for (const { topic, cursor, ...listener } of this.#all) {
      const key = keyOfTopic(topic)
      if (listener.organization !== organization || this.#ended.has(key)) continue
      const known = topics.get(key)
      const line = isLogKey(key) ? Math.max(lineOfTopic(topic), this.#lines.get(key) ?? 1) : 1
      topics.set(key, {
        key,
        line: Math.min(line, known?.line ?? line),
        cursor: cursor ?? known?.cursor ?? null,
      })
    }
    return [...topics.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
  }

  #forget(key: string): void {
    this.#ended.delete(key)
    this.#lines.delete(key)
  }
}
