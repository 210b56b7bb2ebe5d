/**
 * The offset between ids in a sandbox and ids on disk, for 65,536 ids. Running processes have
 * different ids (see `RootIds`), except those of an ordinary user.
 */
export const firstId = 100_000
export const idCount = 65_536

/**
 * The first id of ranges that are unlikely to be used otherwise: above the owners of launchers'
 * namespaces, and within the kernel's range for ping sockets.
 */
const first = 0x5000_0000
const ranges = 8_192

/**
 * Assigns each sandbox its own user ids on the machine, so that the kernel's per-user counters
 * (descriptors in flight, pipe pages, watches) apply per sandbox. Ranges are unique within a
 * directory; other directories start at other ids.
 */
export class RootIds {
  readonly #taken: Set<number>
  #next: number

  /**
   * @param tag the directory's tag, in hexadecimal.
   * @param inUse root ids of existing sandboxes.
   */
  constructor(tag: string, inUse: readonly number[]) {
    this.#taken = new Set(inUse)
    this.#next = Number.parseInt(tag, 16) % ranges
  }

  /**
   * Takes a free range of `idCount` ids until `release`, and returns its first id, which is root's.
   */
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
