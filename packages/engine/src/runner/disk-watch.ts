/** Watches the file system that holds the data of this machine's work. */
import { statfs } from 'node:fs/promises'
import { now } from '@harmont/sandbox'
import type { Log } from '../log.ts'

/** Free space of a file system. */
export interface DiskRoom {
  /** Free bytes for an ordinary user. */
  readonly freeBytes: number
  readonly sizeBytes: number
  /** Null if the file system does not limit inodes. */
  readonly freeFiles: number | null
}

/** Default minimum of free bytes for new work. */
export const defaultLeastFreeBytes = 512 * 1024 ** 2
/**
 * Minimum of free inodes for new work. A sandbox takes about 20 inodes; a database or an unpacked
 * source takes more.
 */
const leastFreeFiles = 5_000
/** A full disk counts as full until its free space is the minimum times this factor. */
const headroom = 1.25
/**
 * Below this limit a write has failed or is about to. Other work may free some space between the
 * write and the measurement.
 */
const exhaustedBytes = 16 * 1024 ** 2

/** State of the disk for new work. */
export interface Disk {
  /** As measured last. */
  readonly room: DiskRoom
  /**
   * Reason why no new work begins, as the end of a sentence: `120 MiB of 1.4 GiB free`; null while
   * there is room.
   */
  readonly full: string | null
  /** Aborts when the disk becomes full; aborted while it is full. */
  readonly untilFull: AbortSignal
  /** Resolves once the disk has room. Throws the signal's reason. */
  hasRoom(signal: AbortSignal): Promise<void>
  /** Measures now. A measurement that began before the call does not count. */
  look(): Promise<void>
  /** Returns whether a measurement since the instant found no space left. */
  wasExhaustedSince(instant: Date): boolean
  /**
   * Calls the listener when the disk becomes full or has room again. Returns a function that
   * unsubscribes.
   */
  onChange(listener: () => void): () => void
}

export interface DiskWatch extends Disk {
  /** Stops. Resolves when the last measurement and its callback have finished. */
  stop(): Promise<void>
}

export interface DiskWatchOptions {
  readonly path: string
  readonly leastFreeBytes: number
  readonly log: Log
  /** Called after each measurement. */
  readonly onLook?: (room: DiskRoom) => Promise<void>
  readonly everyMs?: number
}

/**
 * Starts the watch. Resolves after the first measurement; rejects if the path cannot be measured.
 */
export async function watchDisk(options: DiskWatchOptions): Promise<DiskWatch> {
  const watch = new Watch(options, await readRoom(options.path))
  watch.start()
  return watch
}

/** Returns the free space of the file system of a path. */
async function readRoom(path: string): Promise<DiskRoom> {
  const { bavail, bsize, blocks, files, ffree } = await statfs(path)
  return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize, freeFiles: files === 0 ? null : ffree }
}

class Watch implements DiskWatch {
  room: DiskRoom
  readonly #options: DiskWatchOptions
  readonly #listeners = new Set<() => void>()
  #isFull = false
  #filled = new AbortController()
  #exhaustedAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #failed = false

  constructor(options: DiskWatchOptions, room: DiskRoom) {
    this.#options = options
    this.room = room
    this.#judge(room)
  }

  get full(): string | null {
    return this.#isFull ? roomSentence(this.room) : null
  }

  get untilFull(): AbortSignal {
    return this.#filled.signal
  }

  start(): void {
    this.#timer = setInterval(() => void this.#measure(), this.#options.everyMs ?? 250).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    // A look that waited for a measurement has begun another one.
    while (this.#looking !== undefined) await this.#looking
  }

  async look(): Promise<void> {
    await this.#looking
    await this.#measure()
  }

  async hasRoom(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.#isFull) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const proceed = () => resolve()
    const unsubscribe = this.onChange(proceed)
    // The listener is removed afterwards, because the signal may outlive many waits.
    signal.addEventListener('abort', proceed)
    try {
      await promise
      signal.throwIfAborted()
    } finally {
      signal.removeEventListener('abort', proceed)
      unsubscribe()
    }
  }

  wasExhaustedSince(instant: Date): boolean {
    return this.#exhaustedAt >= instant.getTime()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #measure(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookNow(): Promise<void> {
    const { path, log, onLook } = this.#options
    try {
      const room = await readRoom(path)
      this.#judge(room)
      await onLook?.(room)
      this.#failed = false
    } catch (error) {
      // Logged once, because the disk is measured four times a second.
      if (!this.#failed) log('error', `could not check the free disk space at ${path}`, error)
      this.#failed = true
    }
  }

  #judge(room: DiskRoom): void {
    const { leastFreeBytes, log } = this.#options
    this.room = room
    if (isExhausted(room)) this.#exhaustedAt = now()
    const full = isFull(room, leastFreeBytes, this.#isFull)
    if (full === this.#isFull) return
    this.#isFull = full
    if (full) {
      log('warn', `disk full (${roomSentence(room)}): no new work starts until space is freed`)
      this.#filled.abort()
    } else {
      log('info', `disk space is available again (${roomSentence(room)})`)
      this.#filled = new AbortController()
    }
    for (const listener of [...this.#listeners]) listener()
  }
}

/**
 * Returns whether new work must wait. A disk that was full needs more than `leastFreeBytes`, so
 * that the state does not change with every file.
 */
export function isFull({ freeBytes, freeFiles }: DiskRoom, leastFreeBytes: number, wasFull: boolean): boolean {
  const factor = wasFull ? headroom : 1
  return freeBytes < leastFreeBytes * factor || (freeFiles !== null && freeFiles < leastFreeFiles * factor)
}

/** Returns whether writes fail or are about to. */
export function isExhausted({ freeBytes, freeFiles }: DiskRoom): boolean {
  return freeBytes < exhaustedBytes || (freeFiles !== null && freeFiles < 100)
}

/** Returns `120 MiB of 1.4 GiB free`, with the number of inodes when they run short. */
export function roomSentence({ freeBytes, sizeBytes, freeFiles }: DiskRoom): string {
  const files = freeFiles !== null && freeFiles < leastFreeFiles * headroom ? `, ${freeFiles} free inodes` : ''
  return `${amount(freeBytes)} of ${amount(sizeBytes)} free${files}`
}

function amount(bytes: number): string {
  const gib = bytes / 1024 ** 3
  return gib >= 1 ? `${gib.toFixed(1)} GiB` : `${Math.floor(bytes / 1024 ** 2)} MiB`
}
