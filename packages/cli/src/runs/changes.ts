import { setTimeout as sleep } from 'node:timers/promises'
import type { SourceTreeRef } from '@harmont/sandbox'
import { readSourceSet } from '@harmont/source-set'
import type { LocalHome } from '../records/home.ts'
import { takeSource } from './take-source.ts'
import { SourceWatcher } from './watch-source.ts'

const quietMs = 300

export interface ChangeWatch {
  /** Resolves with the first tree that differs from this one, after a time without a change. Rejects with the reason of the signal. */
  next(from: string | null, signal: AbortSignal): Promise<SourceTreeRef>
  close(): void
}

/** Watches the files of a project that a build sees. */
export function watchChanges(home: LocalHome, directory: string, say: (line: string) => void): ChangeWatch {
  let changedAt = 0
  let news = Promise.withResolvers<void>()
  const watcher = new SourceWatcher(() => {
    changedAt = performance.now()
    news.resolve()
  })
  const look = async (): Promise<SourceTreeRef> => {
    const set = await readSourceSet(directory)
    watcher.follow(set)
    return takeSource(home, Promise.resolve(set), say)
  }
  return {
    async next(from, signal) {
      // What changed before anybody watched is a change too.
      for (;;) {
        news = Promise.withResolvers()
        const tree = await look()
        if (tree.digest !== from) return tree
        const stop = () => news.reject(signal.reason)
        signal.addEventListener('abort', stop)
        try {
          signal.throwIfAborted()
          await news.promise
        } finally {
          signal.removeEventListener('abort', stop)
        }
        for (let left = quietMs; left > 0; left = quietMs - (performance.now() - changedAt))
          await sleep(left, undefined, { signal })
      }
    },
    close: () => watcher.close(),
  }
}
