import { idCount } from './id-range.ts'

/** Ids that nobody else is likely to have: above those that launchers own namespaces as, and within what the kernel lets open sockets for ping. */
const first = 0x5000_0000
const ranges = 8_192

/**
 * Gives each sandbox ids of its own on the machine: what the kernel counts for a user (descriptors under way, pages of pipes, watches) is then counted for that sandbox
 * alone. Within one directory no two have the same; another directory begins elsewhere.
 */
export class RootIds {
  readonly #taken: Set<number>
  #next: number

  /** @param tag of the directory, in hexadecimal. @param inUse those of sandboxes that there are. */
  constructor(tag: string, inUse: readonly number[]) {
    this.#taken = new Set(inUse)
    this.#next = Number.parseInt(tag, 16) % ranges
  }

  /** Takes a free range of `idCount` ids, until `release`, and gives its first, which is root's. */
  take(): number {
    for (let tries = 0; tries < ranges; tries++) {
      const rootId = first + idCount * this.#next
      this.#next = (this.#next + 1) % ranges
      if (this.#taken.has(rootId)) continue
      this.#taken.add(rootId)
      return rootId
    }
    throw new Error(`all ${ranges} id ranges for sandboxes of this runner are in use`)
  }

  release(rootId: number): void {
    this.#taken.delete(rootId)
  }
}
