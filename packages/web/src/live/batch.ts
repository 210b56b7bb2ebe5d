import { notifyManager } from '@tanstack/react-query'
import { type LiveEvent, versionOfEvent } from './events.ts'

/** A hidden tab has no frames. */
const hiddenFrameMs = 250

/**
 * Delivers all events of a frame together, so that 200 changed jobs are one paint (web D4). Drops
 * events older than delivered ones (web D2).
 */
export class LiveBatch {
  readonly #hand: (event: LiveEvent) => void
  readonly #versions = new Map<string, number>()
  #waiting: LiveEvent[] = []

  constructor(hand: (event: LiveEvent) => void) {
    this.#hand = hand
  }

  add(event: LiveEvent): void {
    if (this.#waiting.length === 0) this.#schedule()
    this.#waiting.push(event)
  }

  /** Drops all state, because another organization follows. */
  clear(): void {
    this.#waiting = []
    this.#versions.clear()
  }

  #flush(): void {
    const events = this.#waiting
    this.#waiting = []
    notifyManager.batch(() => {
      for (const event of events) if (this.#isNews(event)) this.#hand(event)
    })
  }

  #isNews(event: LiveEvent): boolean {
    const about = versionOfEvent(event)
    if (about === null) return true
    if (about.version < (this.#versions.get(about.id) ?? 0)) return false
    this.#versions.set(about.id, about.version)
    return true
  }

  #schedule(): void {
    // A tab that is hidden before its next frame has none either.
    const timer = setTimeout(() => this.#flush(), hiddenFrameMs)
    if (document.hidden) return
    requestAnimationFrame(() => {
      clearTimeout(timer)
      this.#flush()
    })
  }
}
