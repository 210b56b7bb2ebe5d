import { isLogKey, keyOfTopic, type LiveEvent, lineOfTopic } from './events.ts'
import type { WantedTopic } from './state.ts'

/** A component that follows a topic. */
export interface Listener {
  readonly organization: string
  topic: string
  cursor: string | null
  readonly onEvent: (event: LiveEvent) => void
}

/** Who follows what in this tab, and what of that the stream is asked for. */
export class Listeners {
  #all: readonly Listener[] = []
  /** Topics that had their `end`; following one anew begins it again. */
  readonly #ended = new Set<string>()
  /** Of each followed log: the last line that came. It may have had no line feed yet, and grown since: it is heard of again. */
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

  /** Notes what an event says about its topic. */
  note(event: LiveEvent): void {
    if (event.type === 'end') this.#ended.add(keyOfTopic(event.topic))
    if (event.type === 'log') this.#lines.set(`log:${event.job_id}`, event.from + Math.max(0, event.lines.length - 1))
  }

  /** The organization of the page: that of whoever came last. */
  organization(): string | null {
    return this.#all.at(-1)?.organization ?? null
  }

  /** What to follow, by key; of two that follow one log the one that has less of it decides. */
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
