import type { Logger } from 'pino'
import { ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'

interface Sync {
  /** The forge, as people write it. */
  readonly title: string
  /** What is synced, for the log. */
  readonly facts: Readonly<Record<string, string>>
  run(): Promise<void>
  /** Queues the same sync for later. */
  again(afterSeconds: number): Promise<void>
}

/** A sync in the background: it comes again when the forge says when, ends where the forge refuses it, and leaves any other failure to the worker to repeat. */
export async function syncPatiently(log: Logger, { title, facts, run, again }: Sync): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (error instanceof ForgeUnavailable && error.retryAfterSeconds !== null) {
      log.warn({ ...facts, retry_after_seconds: error.retryAfterSeconds }, `${title} is rate limiting us`)
      await again(error.retryAfterSeconds)
    } else if (error instanceof ForgeRefused) log.warn({ ...facts, err: error }, `${title} refused a sync`)
    else throw error
  }
}
