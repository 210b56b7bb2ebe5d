import type { WantedSnapshot } from '../../layers/layer.ts'

/** The snapshots that a runner has to send: first those that somebody waits for, each in its turn. */
export class WantedQueue {
  readonly #wanted = new Map<string, WantedSnapshot>()

  /** Adds a snapshot, or notes that somebody waits for it now. */
  add(wanted: WantedSnapshot): void {
    const known = this.#wanted.get(wanted.snapshot)
    if (known === undefined || (known.ahead === true && wanted.ahead !== true))
      this.#wanted.set(wanted.snapshot, wanted)
  }

  next(): WantedSnapshot | undefined {
    const all = [...this.#wanted.values()]
    return all.find(({ ahead }) => ahead !== true) ?? all[0]
  }

  remove(snapshot: string): void {
    this.#wanted.delete(snapshot)
  }
}
