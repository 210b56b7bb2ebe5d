import { statfsSync } from 'node:fs'
import { amount, ImageRefused } from './image-limits.ts'
import type { Extent } from './tar-meter.ts'

/** Frees disk space until `hasRoom` returns true or nothing more can be freed. */
export type MakeRoom = (hasRoom: () => boolean) => Promise<void>

/** Disk space available to the store. */
export class Room {
  readonly #directory: string
  readonly #leastFreeBytes: number
  readonly #makeRoom: MakeRoom | undefined
  #promised: Extent = { bytes: 0, entries: 0 }
  #given = Promise.withResolvers<void>()

  /** @param leastFreeBytes the space that remains free for other programs. */
  constructor(directory: string, leastFreeBytes: number, makeRoom?: MakeRoom) {
    this.#directory = directory
    this.#leastFreeBytes = leastFreeBytes
    this.#makeRoom = makeRoom
  }

  /** Returns the space that can be written at present. */
  free(): Extent {
    const { bavail, bsize, files, ffree } = statfsSync(this.#directory)
    return this.#withoutLeast(bavail * bsize, files, ffree)
  }

  /** Returns the space that could be written on an empty disk. */
  whole(): Extent {
    const { blocks, bsize, files } = statfsSync(this.#directory)
    return this.#withoutLeast(blocks * bsize, files, files)
  }

  /** Frees space if needed. Returns whether `wanted` can be written. */
  async make(wanted: Extent): Promise<boolean> {
    const hasRoom = () => fits(wanted, this.free())
    if (hasRoom()) return true
    // Nothing is freed for content that the disk could never hold.
    if (!fits(wanted, this.whole())) return false
    await this.#makeRoom?.(hasRoom)
    return hasRoom()
  }

  /**
   * Reserves space for a write until disposed. The content of earlier reservations may not be
   * written yet. If both do not fit, the later reservation waits. Throws if there is too little
   * space even without the earlier ones.
   */
  async reserve(wanted: Extent, what: string): Promise<Disposable> {
    for (;;) {
      const isEnough = await this.make(wanted)
      const free = this.free()
      if (!isEnough) throw new ImageRefused(shortage(wanted, free, what), { forRoom: true })
      const isFirst = this.#promised.entries === 0 && this.#promised.bytes === 0
      if (isFirst || fits(plus(this.#promised, wanted, 1), free)) return this.#promise(wanted)
      await this.#given.promise
    }
  }

  #withoutLeast(bytes: number, files: number, freeFiles: number): Extent {
    // File systems without a limit of inodes report 0.
    const entries = files === 0 ? Number.POSITIVE_INFINITY : freeFiles
    return { bytes: Math.max(0, bytes - this.#leastFreeBytes), entries }
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
    ? `${what} needs up to ${amount(wanted.bytes)}, but the disk of this machine has only ${amount(free.bytes)} for it`
    : `${what} has ${wanted.entries} files and folders, but the disk of this machine has room for only ${free.entries} more`
}
