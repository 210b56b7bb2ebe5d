/** A follower reads again after this time: a missed change costs no more. */
export const lookAgainMs = 15_000

/** Remembers that something happened since it was cleared. */
export class Signal {
  #isRaised = false
  #wake: () => void = () => {}
  readonly #stop: AbortSignal
  readonly #onStop = () => this.#wake()

  constructor(stop: AbortSignal) {
    this.#stop = stop
    stop.addEventListener('abort', this.#onStop)
  }

  readonly raise = (): void => {
    this.#isRaised = true
    this.#wake()
  }

  clear(): void {
    this.#isRaised = false
  }

  /** Resolves with true once it is raised, with false after the time or at `stop`. */
  async raised(withinMs: number): Promise<boolean> {
    if (this.#isRaised || this.#stop.aborted) return this.#isRaised
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    return this.#isRaised
  }

  close(): void {
    this.#stop.removeEventListener('abort', this.#onStop)
  }
}
