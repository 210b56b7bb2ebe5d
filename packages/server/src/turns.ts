/** Lets only so many work at once; the others wait, and are served in the order in which they came. */
export class Turns {
  readonly #most: number
  #busy = 0
  readonly #waiting: (() => void)[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** Rejects with the reason of `stop` when that comes before the turn. */
  async take<T>(stop: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#busy === this.#most) await this.#wait(stop)
    else this.#busy++
    try {
      stop.throwIfAborted()
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#busy--
      else next()
    }
  }

  #wait(stop: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const place = this.#waiting.indexOf(begin)
        if (place === -1) return
        this.#waiting.splice(place, 1)
        reject(stop.reason)
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
