import type { WantedSnapshot } from '../../layers/layer.ts'

/** Snapshots that a runner has to send: first those that jobs wait for, in order of request. */
export class WantedQueue {
  readonly #wanted = new Map<string, WantedSnapshot>()

  /** Adds a snapshot, or records that a job waits for it. */
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
