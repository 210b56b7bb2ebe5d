/** Limits concurrent work. Further work waits in order. */
export class Turns {
  readonly #most: number
  readonly #crowd: number
  #busy = 0
  readonly #waiting: (() => void)[] = []

  /** While more than `crowd` calls wait, only one works at a time. */
  constructor(most: number, crowd = Number.POSITIVE_INFINITY) {
    this.#most = most
    this.#crowd = crowd
  }

  /**
   * Waits for a turn and runs the work. Rejects with the reason of `stop` if that aborts before the
   * turn.
   */
  async take<T>(stop: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#busy >= this.#most || this.#waiting.length > 0) await this.#wait(stop)
    else this.#busy++
    try {
      stop.throwIfAborted()
      return await work()
    } finally {
      this.#busy--
      this.#callNext()
    }
  }

  #callNext(): void {
    while (this.#busy < (this.#waiting.length > this.#crowd ? 1 : this.#most)) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#busy++
      next()
    }
  }

  #wait(stop: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const place = this.#waiting.indexOf(begin)
        if (place === -1) return
        this.#waiting.splice(place, 1)
        reject(stop.reason)
        // Fewer calls than `crowd` may wait now.
        this.#callNext()
      }
      const begin = () => {
        stop.removeEventListener('abort', leave)
        resolve()
      }
      this.#waiting.push(begin)
      stop.addEventListener('abort', leave)
      if (stop.aborted) leave()
    })
  }
}
