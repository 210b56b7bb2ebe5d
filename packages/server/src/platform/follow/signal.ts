/** After so long without a ring a follower looks all the same: a change that was missed costs this long, not for ever. */
export const lookAgainMs = 15_000

/** Remembers that something happened since the last look. */
export class Bell {
  #rung = false
  #wake: () => void = () => {}
  readonly #stop: AbortSignal
  readonly #onStop = () => this.#wake()

  constructor(stop: AbortSignal) {
    this.#stop = stop
    stop.addEventListener('abort', this.#onStop)
  }

  /** Something happened. */
  ring(): void {
    this.#rung = true
    this.#wake()
  }

  /** From here on only what happens later counts. */
  hush(): void {
    this.#rung = false
  }

  /** True as soon as it rang since `hush`, false after the time or on stop. */
  async rang(withinMs: number): Promise<boolean> {
    if (this.#rung || this.#stop.aborted) return this.#rung
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    return this.#rung
  }

  close(): void {
    this.#stop.removeEventListener('abort', this.#onStop)
  }
}
