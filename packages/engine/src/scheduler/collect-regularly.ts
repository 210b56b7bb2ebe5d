import type { Runner } from '../runner/create-runner.ts'
import type { Log } from '../runner/options.ts'
import type { BuildStore } from '../store.ts'

export interface CollectTimes {
  /** Five minutes without it. */
  readonly everyMs?: number
  /** So long what an ended build left stays, for a shell or a retry; a day without it. */
  readonly pinnedMs?: number
}

export interface CollectOptions extends CollectTimes {
  readonly store: BuildStore
  readonly runner: Pick<Runner, 'collect'>
  readonly log: Log
}

/** Removes snapshots, images and source trees that nothing needs any longer, again and again. */
export function collectRegularly({
  store,
  runner,
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
      const removed = await runner.collect(() => store.liveSnapshots(Date.now() - pinnedMs))
      const words = Object.entries(removed).flatMap(([what, count]) => (count > 0 ? `${count} ${what}` : []))
      if (words.length > 0) log('info', `removed, because nothing needs them: ${words.join(', ')}`)
    } catch (error) {
      log('error', 'what nothing needs could not be removed', error)
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
