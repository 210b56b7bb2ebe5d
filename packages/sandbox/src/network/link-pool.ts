/** Addresses of a directory's sandboxes, counted from its first one. */
export const addressesEach = 1024
/** Nobody's: the first two of a directory's addresses, of which one is its gateway, and the last, which is for a check. */
const firstIndex = 2
const endIndex = addressesEach - 1

/** One sandbox's end of the network on this machine. */
export interface Link {
  readonly name: string
  /** Of its address. */
  readonly index: number
}

/**
 * Gives links `hmN-INDEX-ROUND`, by which rules and the reaper know whose they are. An address comes round again once it is free; a name never does while this
 * process lives, because `ip` takes a name that it knows for the link that had it first.
 */
export class LinkPool {
  readonly #number: number
  readonly #taken: Set<number>
  #next: number
  #round: number

  /** @param inUse names of links that there are, those of earlier releases (`hmN-INDEX`) too. */
  constructor(number: number, inUse: readonly string[], begin = { index: firstIndex, round: 0 }) {
    this.#number = number
    this.#taken = new Set(inUse.map(indexOf))
    this.#next = begin.index
    this.#round = begin.round
  }

  /** Takes a free address, until `release`. */
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

/** The kernel takes 15 characters: 60 million rounds. */
function nameOf(number: number, index: number, round: number): string {
  return `hm${number}-${index}-${round.toString(36)}`
}

function indexOf(name: string): number {
  return Number(/^hm\d+-(\d+)(?:-|$)/.exec(name)?.[1])
}
