import { apiError } from '../../platform/http/index.ts'

const mostPerBuild = 5000

/** Counts the open streams of each build. */
export class StreamSeats {
  readonly #taken = new Map<string, number>()

  /** Gives what frees the seat, to be called once. Throws 429 when the build has too many readers. */
  take(buildId: string): () => void {
    const taken = this.#taken.get(buildId) ?? 0
    if (taken >= mostPerBuild)
      throw apiError('rate_limited', `This build already has ${mostPerBuild} open streams; try again later.`, {
        headers: { 'retry-after': '5' },
      })
    this.#taken.set(buildId, taken + 1)
    return () => {
      const left = (this.#taken.get(buildId) ?? 1) - 1
      if (left === 0) this.#taken.delete(buildId)
      else this.#taken.set(buildId, left)
    }
  }
}
