/** Looks again and again at the file system that everything of this machine's work lies on. */
import { statfs } from 'node:fs/promises'
import { now } from '@harmont/sandbox'
import type { Log } from '../log.ts'

/** What a file system has left. */
export interface DiskRoom {
  /** For who is not root. */
  readonly freeBytes: number
  readonly sizeBytes: number
  /** null where their number has no limit. */
  readonly freeFiles: number | null
}

/** What must be free for new work where nobody says otherwise. */
export const defaultLeastFreeBytes = 512 * 1024 ** 2
/** New files that must be possible: a sandbox needs some 20, a database and an unpacked source more. */
const leastFreeFiles = 5_000
/** What is called full is so until there is this much more than had to be. */
const headroom = 1.25
/** With less than this a write of somebody has failed, or is about to. */
const exhaustedBytes = 4 * 1024 ** 2

/** What work may know of its disk. */
export interface Disk {
  /** Why no new work is begun, as the end of a sentence: `120 MiB of 1.4 GiB free`; null while there is room. */
  readonly full: string | null
  /** Aborts when the disk is full the next time; aborted while it is. */
  readonly untilFull: AbortSignal
  /** Resolves once there is room. Throws the signal's reason. */
  hasRoom(signal: AbortSignal): Promise<void>
  /** Looks at once. */
  look(): Promise<void>
  /** Whether there was nothing left at some moment since the instant, as far as anybody looked. */
  wasExhaustedSince(instant: Date): boolean
  /** Calls when the disk has become full, or has room again. Gives the unsubscriber. */
  onChange(listener: () => void): () => void
}

export interface DiskWatch extends Disk {
  readonly room: DiskRoom
  /** Looks no more. Resolves when the last look, with what it does to the disk, has ended. */
  stop(): Promise<void>
}

export interface DiskWatchOptions {
  readonly path: string
  readonly leastFreeBytes: number
  readonly log: Log
  /** Called with what each look found. */
  readonly onLook?: (room: DiskRoom) => Promise<void>
  readonly everyMs?: number
}

/** Begins to look. The first look has been done when it resolves; fails when the path cannot be looked at. */
export async function watchDisk(options: DiskWatchOptions): Promise<DiskWatch> {
  const watch = new Watch(options, await readRoom(options.path))
  watch.start()
  return watch
}

/** What the file system of the path has left. */
export async function readRoom(path: string): Promise<DiskRoom> {
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
    this.#timer = setInterval(() => void this.look(), this.#options.everyMs ?? 250).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async hasRoom(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.#isFull) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const proceed = () => resolve()
    const unsubscribe = this.onChange(proceed)
    // The signal may outlive many a wait.
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

  async #lookNow(): Promise<void> {
    const { path, log, onLook } = this.#options
    try {
      const room = await readRoom(path)
      this.#judge(room)
      await onLook?.(room)
      this.#failed = false
    } catch (error) {
      // Said once: it is asked again four times a second.
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

/** Whether no new work may be begun. A disk that was full needs some more than `leastFreeBytes`, so that it does not change with every file. */
export function isFull({ freeBytes, freeFiles }: DiskRoom, leastFreeBytes: number, wasFull: boolean): boolean {
  const factor = wasFull ? headroom : 1
  return freeBytes < leastFreeBytes * factor || (freeFiles !== null && freeFiles < leastFreeFiles * factor)
}

/** Whether writing fails, or is about to. */
export function isExhausted({ freeBytes, freeFiles }: DiskRoom): boolean {
  return freeBytes < exhaustedBytes || (freeFiles !== null && freeFiles < 100)
}

/** `120 MiB of 1.4 GiB free`, with the files where it is they that are missing. */
export function roomSentence({ freeBytes, sizeBytes, freeFiles }: DiskRoom): string {
  const files = freeFiles !== null && freeFiles < leastFreeFiles * headroom ? `, ${freeFiles} free inodes` : ''
  return `${amount(freeBytes)} of ${amount(sizeBytes)} free${files}`
}

function amount(bytes: number): string {
  const gib = bytes / 1024 ** 3
  return gib >= 1 ? `${gib.toFixed(1)} GiB` : `${Math.floor(bytes / 1024 ** 2)} MiB`
}
