import type { Log } from '../log.ts'
import type { Runner } from '../runner/create-runner.ts'
import type { Disk } from '../runner/disk-watch.ts'
import type { Store } from '../store.ts'

export interface CollectTimes {
  /** Five minutes by default. */
  readonly everyMs?: number
  /** Interval while the disk is full; 15 seconds by default. */
  readonly fullEveryMs?: number
  /** How long the results of an ended build stay, for a shell or a retry; a day by default. */
  readonly pinnedMs?: number
}

export interface CollectOptions extends CollectTimes {
  readonly store: Pick<Store, 'builds' | 'now'>
  readonly runner: Pick<Runner, 'collect'>
  readonly disk: Pick<Disk, 'full' | 'onChange'>
  /** Size of the cache while there is room. */
  readonly cacheBytes: number
  readonly log: Log
}

/** Shares of the cache to keep on a full disk, tried in turn until there is room. */
const shares = [1, 0.5, 0.25, 0.1, 0]

/**
 * Removes unused snapshots, images and source trees at intervals, and at once when the disk is
 * full; then also cache entries.
 */
export function collectRegularly({
  store,
  runner,
  disk,
  cacheBytes,
  log,
  everyMs = 5 * 60_000,
  fullEveryMs = 15_000,
  pinnedMs = 24 * 60 * 60_000,
}: CollectOptions): {
  start(): void
  /** Collects at once, and shrinks the cache until `hasRoom` holds. */
  makeRoom(hasRoom: () => boolean): Promise<void>
  stop(): Promise<void>
} {
  let timer: NodeJS.Timeout | undefined
  let again: NodeJS.Timeout | undefined
  let collecting: Promise<void> | undefined
  let unsubscribe = () => {}
  async function collect(share: number): Promise<void> {
    try {
      const removed = await runner.collect(() => store.builds.liveSnapshots(store.now() - pinnedMs), share * cacheBytes)
      const words = Object.entries(removed).flatMap(([what, count]) => (count > 0 ? `${count} ${what}` : []))
      if (words.length > 0) log('info', `removed unused data: ${words.join(', ')}`)
    } catch (error) {
      log('error', 'could not remove unused data', error)
    }
  }
  async function collectUntil(hasRoom: () => boolean): Promise<void> {
    for (const share of shares) {
      await collect(share)
      if (hasRoom()) return
    }
  }
  function begin(hasRoom = () => disk.full === null): void {
    if (collecting !== undefined) return
    clearTimeout(again)
    collecting = collectUntil(hasRoom).finally(() => {
      collecting = undefined
      // Snapshots that are needed or too new now may be removable soon.
      if (timer !== undefined && disk.full !== null) again = setTimeout(() => begin(), fullEveryMs).unref()
    })
  }
  async function makeRoom(hasRoom: () => boolean): Promise<void> {
    // Waits for a running collection, and does nothing when that made enough room.
    while (collecting !== undefined) await collecting
    if (hasRoom()) return
    begin(hasRoom)
    await collecting
  }
  return {
    start() {
      timer ??= setInterval(() => begin(), everyMs).unref()
      unsubscribe = disk.onChange(() => {
        if (disk.full !== null) begin()
      })
      if (disk.full !== null) begin()
    },
    makeRoom,
    async stop() {
      clearInterval(timer)
      timer = undefined
      clearTimeout(again)
      unsubscribe()
      await collecting
    },
  }
}
