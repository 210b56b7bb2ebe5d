import { type FSWatcher, watch } from 'node:fs'

/** Reports changes in directories. Supports one wait at a time. */
export class DirectoryWatcher {
  private readonly watchers: FSWatcher[] = []
  private seen = false
  private wake: (() => void) | undefined

  /** @param directories existing directories. */
  constructor(directories: readonly string[]) {
    const note = (): void => {
      this.seen = true
      this.wake?.()
    }
    try {
      for (const directory of directories) {
        const watcher = watch(directory, { persistent: true }, note)
        // The removal of a directory counts as a change too. The waiting code checks for it.
        watcher.on('error', note)
        this.watchers.push(watcher)
      }
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Forgets earlier changes. Call it before reading the directories. */
  reset(): void {
    this.seen = false
  }

  /**
   * Resolves with true at a change since `reset`, and with false after `timeoutMs`. Rejects when
   * `signal` aborts.
   */
  async wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted()
    if (this.seen) return true
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeoutMs)
    // The listener must be removed, because the signal outlives many waits.
    const wake = () => resolve()
    signal?.addEventListener('abort', wake)
    this.wake = wake
    await promise
    clearTimeout(timer)
    signal?.removeEventListener('abort', wake)
    this.wake = undefined
    signal?.throwIfAborted()
    return this.seen
  }

  close(): void {
    for (const watcher of this.watchers) watcher.close()
    this.wake?.()
  }
}
