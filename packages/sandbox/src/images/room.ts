import { statfsSync } from 'node:fs'
import { amount, ImageRefused } from './image-limits.ts'
import type { Extent } from './tar-meter.ts'

/** What may be written on the disk of the store. */
export class Room {
  readonly #directory: string
  readonly #leastFreeBytes: number
  #promised: Extent = { bytes: 0, entries: 0 }
  #given = Promise.withResolvers<void>()

  /** `leastFreeBytes` stay free for everybody else. */
  constructor(directory: string, leastFreeBytes: number) {
    this.#directory = directory
    this.#leastFreeBytes = leastFreeBytes
  }

  /** How much can be written now. */
  free(): Extent {
    const { bavail, bsize, files, ffree } = statfsSync(this.#directory)
    // Where their number has no limit, there are none.
    const entries = files === 0 ? Number.POSITIVE_INFINITY : ffree
    return { bytes: Math.max(0, bavail * bsize - this.#leastFreeBytes), entries }
  }

  /**
   * Promises room to one that is about to write this much, until it is disposed of. What others were promised may be written by now, or not: where both do
   * not fit, the later one waits. Throws when there is too little without them too.
   */
  async reserve(wanted: Extent, what: string): Promise<Disposable> {
    for (;;) {
      const free = this.free()
      if (!fits(wanted, free)) throw new ImageRefused(shortage(wanted, free, what))
      const isFirst = this.#promised.entries === 0 && this.#promised.bytes === 0
      if (isFirst || fits(plus(this.#promised, wanted, 1), free)) return this.#promise(wanted)
      await this.#given.promise
    }
  }

  #promise(wanted: Extent): Disposable {
    this.#promised = plus(this.#promised, wanted, 1)
    return {
      [Symbol.dispose]: () => {
        this.#promised = plus(this.#promised, wanted, -1)
        this.#given.resolve()
        this.#given = Promise.withResolvers<void>()
      },
    }
  }
}

function fits(wanted: Extent, free: Extent): boolean {
  return wanted.bytes <= free.bytes && wanted.entries <= free.entries
}

function plus(one: Extent, other: Extent, sign: 1 | -1): Extent {
  return { bytes: one.bytes + sign * other.bytes, entries: one.entries + sign * other.entries }
}

function shortage(wanted: Extent, free: Extent, what: string): string {
  return wanted.bytes > free.bytes
    ? `${what} takes up to ${amount(wanted.bytes)}, and the disk of this machine has ${amount(free.bytes)} for it`
    : `${what} has ${wanted.entries} files and folders, and the disk of this machine takes ${free.entries} more`
}
