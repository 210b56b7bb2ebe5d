import { randomInt } from 'node:crypto'

/** Number of addresses per directory. */
export const addressesEach = 1024
/**
 * The first two addresses, one of which is the gateway, and the last one, which is for a test, are
 * not assigned.
 */
const firstIndex = 2
const endIndex = addressesEach - 1

/** A sandbox's network link on this machine. */
export interface Link {
  readonly name: string
  /** Index of the link's address. */
  readonly index: number
}

/**
 * Assigns links `hmN-INDEX-ROUND`, whose names identify their owner to packet rules and the reaper.
 * Freed addresses are reused, but no name repeats within this process, because `ip` confuses links
 * of the same name.
 */
export class LinkPool {
  readonly #number: number
  readonly #taken: Set<number>
  #next: number
  #round: number

  /**
   * @param inUse names of existing links, including those of earlier releases (`hmN-INDEX`).
   * @param begin a random round by default: the kernel may still be removing links of an earlier
   * process with this number.
   */
  constructor(number: number, inUse: readonly string[], begin = { index: firstIndex, round: randomInt(36 ** 4) }) {
    this.#number = number
    this.#taken = new Set(inUse.map(indexOf))
    this.#next = begin.index
    this.#round = begin.round
  }

  /** Takes a free address until `release`. */
  take(): Link {
    for (let tries = firstIndex; tries < endIndex; tries++) {
      const index = this.#next
      const name = nameOf(this.#number, index, this.#round)
      this.#step()
      if (this.#taken.has(index)) continue
      this.#taken.add(index)
      return { name, index }
    }
    throw new Error(`all ${endIndex - firstIndex} addresses for sandboxes of this runner are in use`)
  }

  release(name: string): void {
    this.#taken.delete(indexOf(name))
  }

  #step(): void {
    this.#next++
    if (this.#next < endIndex) return
    this.#next = firstIndex
    this.#round++
  }
}

/**
 * Returns a link's name. The kernel accepts 15 characters, which is enough for 60 million rounds.
 */
function nameOf(number: number, index: number, round: number): string {
  return `hm${number}-${index}-${round.toString(36)}`
}

function indexOf(name: string): number {
  return Number(/^hm\d+-(\d+)(?:-|$)/.exec(name)?.[1])
}
