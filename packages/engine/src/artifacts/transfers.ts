import { Turns } from '../turns.ts'
import { partBytes } from './artifact.ts'

/**
 * Limits concurrent transfers of a runner's jobs. One job digests at a time and one part is sent at
 * a time, so memory use does not grow with the number of jobs that end together. A second part
 * would cost 16 MiB and gain little: most time goes to reading and digesting.
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

  /** Holds the buffer while `work` sends parts. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#jobs += 1
    try {
      return await work()
    } finally {
      this.#jobs -= 1
      if (this.#jobs === 0) this.#buffer = null
    }
  }

  /** Lends `work` a buffer of the size of a part. */
  send(stop: AbortSignal, work: (buffer: Buffer) => Promise<void>): Promise<void> {
    return this.#sending.take(stop, () => {
      this.#buffer ??= Buffer.allocUnsafeSlow(partBytes)
      return work(this.#buffer)
    })
  }
}
