import { Turns } from '../turns.ts'
import { partBytes } from './artifact.ts'

/**
 * Turns of the jobs of a runner. One of them digests at a time, and two parts are on their way: so
 * memory does not grow with the jobs that end at once.
 */
export class Transfers {
  readonly #digesting = new Turns(1)
  readonly #sending = new Turns(2)
  readonly #buffers: Buffer[] = []
  #jobs = 0

  /** Digests one job's files at a time. */
  digest<T>(stop: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#digesting.take(stop, work)
  }

  /** Keeps the buffers while `work` sends parts. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#jobs += 1
    try {
      return await work()
    } finally {
      this.#jobs -= 1
      if (this.#jobs === 0) this.#buffers.length = 0
    }
  }

  /** Lends a buffer of the size of a part. */
  send(stop: AbortSignal, work: (buffer: Buffer) => Promise<void>): Promise<void> {
    return this.#sending.take(stop, async () => {
      const buffer = this.#buffers.pop() ?? Buffer.allocUnsafeSlow(partBytes)
      try {
        await work(buffer)
      } finally {
        this.#buffers.push(buffer)
      }
    })
  }
}
