import { apiError } from '../../platform/http/index.ts'

const mostPerOrganization = 5

/** Counts the open shells of each organization in this process, whose machine they run on. */
export class ShellSeats {
  readonly #taken = new Map<string, number>()

  /** Throws 429 when the organization has too many. */
  requireFree(organizationId: string): void {
    if ((this.#taken.get(organizationId) ?? 0) < mostPerOrganization) return
    throw apiError(
      'rate_limited',
      `This organization already has ${mostPerOrganization} open shells; close one, or try again later.`,
      { headers: { 'retry-after': '30' } },
    )
  }

  /** Gives what frees the seat, to be called once. Throws 429 when there is none. */
  take(organizationId: string): () => void {
    this.requireFree(organizationId)
    this.#taken.set(organizationId, (this.#taken.get(organizationId) ?? 0) + 1)
    return () => {
      const left = (this.#taken.get(organizationId) ?? 1) - 1
      if (left === 0) this.#taken.delete(organizationId)
      else this.#taken.set(organizationId, left)
    }
  }
}
