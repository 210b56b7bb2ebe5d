import type { SnapshotStore } from '@harmont/sandbox'
import type { Log } from '../runner/options.ts'
import type { BuildStore } from '../store.ts'

export interface CollectOptions {
  readonly store: BuildStore
  readonly snapshots: SnapshotStore
  readonly cacheBytes: number
  readonly log: Log
  /** Five minutes without it. */
  readonly everyMs?: number
  /** So long what an ended build left stays, for a shell or a retry; a day without it. */
  readonly pinnedMs?: number
}

/** Removes snapshots that nothing needs any longer, again and again. */
export function collectRegularly({
  store,
  snapshots,
  cacheBytes,
  log,
  everyMs = 5 * 60_000,
  pinnedMs = 24 * 60 * 60_000,
}: CollectOptions): {
  start(): void
  stop(): Promise<void>
} {
  let timer: NodeJS.Timeout | undefined
  let collecting: Promise<void> | undefined
  async function collect(): Promise<void> {
    try {
      const keep = await store.liveSnapshots(Date.now() - pinnedMs)
      const removed = await snapshots.collect({ keep, cacheBytes })
      if (removed.length > 0) log('info', `${removed.length} snapshots that nothing needs were removed`)
    } catch (error) {
      log('error', 'snapshots could not be collected', error)
    }
  }
  return {
    start() {
      timer ??= setInterval(() => {
        collecting ??= collect().finally(() => {
          collecting = undefined
        })
      }, everyMs).unref()
    },
    async stop() {
      clearInterval(timer)
      await collecting
    },
  }
}
