/** A follower reads again after this time, which is the longest delay of a missed change. */
export const lookAgainMs = 15_000

/** A flag that an event raises, and that stays raised until it is cleared. */
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

  /** Resolves to true once raised, and to false after the time or at `stop`. */
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
