import type { Log } from '../log.ts'
import type { Runner } from '../runner/create-runner.ts'
import type { Disk } from '../runner/disk-watch.ts'
import type { LiveSnapshots } from '../store.ts'

/** Time for which the results of an ended build stay for a shell or a retry, in milliseconds. */
export const usualPinnedMs = 24 * 60 * 60_000

export interface CollectTimes {
  /** Defaults to five minutes. */
  readonly everyMs?: number
  /** Interval while the disk is full; defaults to 15 seconds. */
  readonly fullEveryMs?: number
  /** `usualPinnedMs` by default. */
  readonly pinnedMs?: number
}

export interface CollectOptions extends CollectTimes {
  /** Returns the snapshots that builds need, and those of builds that ended within this time. */
  readonly liveSnapshots: (pinnedMs: number) => Promise<LiveSnapshots>
  readonly runner: Pick<Runner, 'collect'>
  readonly disk: Pick<Disk, 'full' | 'onChange'>
  /** Maximum size of the cache while there is room. */
  readonly cacheBytes: number
  readonly log: Log
}

/** Shares of the cache to keep on a full disk, tried in turn until there is room. */
const shares = [1, 0.5, 0.25, 0.1, 0]

/**
 * Removes unused snapshots, images and source trees at intervals. When the disk is full, it does so
 * immediately and also removes cache entries.
 */
export class Collector {
  readonly #options: CollectOptions
  #timer: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  #collecting: Promise<void> | undefined
  #unsubscribe = () => {}

  constructor(options: CollectOptions) {
    this.#options = options
  }

  start(): void {
    const { disk, everyMs = 5 * 60_000 } = this.#options
    this.#timer ??= setInterval(() => this.#begin(), everyMs).unref()
    this.#unsubscribe = disk.onChange(() => {
      if (disk.full !== null) this.#begin()
    })
    if (disk.full !== null) this.#begin()
  }

  /** Collects immediately, and shrinks the cache until `hasRoom` returns true. */
  async makeRoom(hasRoom: () => boolean): Promise<void> {
    // Waits for a running collection, and does nothing if that made enough room.
    while (this.#collecting !== undefined) await this.#collecting
    if (hasRoom()) return
    this.#begin(hasRoom)
    await this.#collecting
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    clearTimeout(this.#again)
    this.#unsubscribe()
    await this.#collecting
  }

  #begin(hasRoom = () => this.#options.disk.full === null): void {
    const { disk, fullEveryMs = 15_000 } = this.#options
    if (this.#collecting !== undefined) return
    clearTimeout(this.#again)
    this.#collecting = this.#collectUntil(hasRoom).finally(() => {
      this.#collecting = undefined
      // Snapshots that are needed or too new at present may be removable soon.
      if (this.#timer !== undefined && disk.full !== null)
        this.#again = setTimeout(() => this.#begin(), fullEveryMs).unref()
    })
  }

  async #collectUntil(hasRoom: () => boolean): Promise<void> {
    for (const share of shares) {
      await this.#collect(share)
      if (hasRoom()) return
    }
  }

  async #collect(share: number): Promise<void> {
    const { liveSnapshots, runner, cacheBytes, log, pinnedMs = usualPinnedMs } = this.#options
    try {
      const removed = await runner.collect(() => liveSnapshots(pinnedMs), share * cacheBytes)
      const words = Object.entries(removed).flatMap(([what, count]) => (count > 0 ? `${count} ${what}` : []))
      if (words.length > 0) log('info', `removed unused data: ${words.join(', ')}`)
    } catch (error) {
      log('error', 'could not remove unused data', error)
    }
  }
}
