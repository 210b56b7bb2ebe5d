import { Turns } from '../turns.ts'
import { partBytes } from './artifact.ts'

/**
 * Turns of the jobs of a runner. One of them digests at a time, and one part is on its way: so memory
 * does not grow with the jobs that end at once. A second part costs 16 MiB, and brings little: reading
 * and digesting take most of the time.
 */
export class Transfers {
  readonly #digesting = new Turns(1)
  readonly #sending = new Turns(1)
  #buffer: Buffer | null = null
  #jobs = 0

  /** Digests one job's files at a time. */
  digest<T>(stop: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#digesting.take(stop, work)
  }

  /** Keeps the buffer while `work` sends parts. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#jobs += 1
    try {
      return await work()
    } finally {
      this.#jobs -= 1
      if (this.#jobs === 0) this.#buffer = null
    }
  }

  /** Lends a buffer of the size of a part. */
  send(stop: AbortSignal, work: (buffer: Buffer) => Promise<void>): Promise<void> {
    return this.#sending.take(stop, () => {
      this.#buffer ??= Buffer.allocUnsafeSlow(partBytes)
      return work(this.#buffer)
    })
  }
}
