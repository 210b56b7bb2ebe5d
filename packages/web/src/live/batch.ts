import { notifyManager } from '@tanstack/react-query'
import { type LiveEvent, versionOfEvent } from './events.ts'

/** A hidden tab has no frames. */
const hiddenFrameMs = 250

/** Hands events on once a frame, all that have come together: 200 jobs that change at once are one paint (web D4). What is older than what was handed on is left out (web D2). */
export class LiveBatch {
  readonly #hand: (event: LiveEvent) => void
  readonly #versions = new Map<string, number>()
  #waiting: LiveEvent[] = []

  constructor(hand: (event: LiveEvent) => void) {
    this.#hand = hand
  }

  add(event: LiveEvent): void {
    if (this.#waiting.length === 0) this.#onFrame(() => this.#flush())
    this.#waiting.push(event)
  }

  /** Another organization's objects come now. */
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

  #onFrame(run: () => void): void {
    if (document.hidden) setTimeout(run, hiddenFrameMs)
    else requestAnimationFrame(run)
  }
}
