import { type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SourceTreeRef } from '@harmont/sandbox'
import { readSourceSet, type SourceSet } from '@harmont/source-set'
import { exits, HmError } from '../errors.ts'
import type { LocalHome } from '../records/home.ts'
import { takeSource } from './take-source.ts'

/** Changes below these folders are never part of a source. */
const repositories = '.git'

/**
 * Watches the folders that contain files of a source set, including new folders. Does not watch an
 * ignored folder, which may contain very many files.
 */
class SourceWatcher {
  readonly #onChange: () => void
  readonly #watchers = new Map<string, FSWatcher>()
  /** Why a new folder is not watched. */
  #failure: unknown

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /**
   * Watches the folders of the new source set. Throws if one of them, or a folder created since the
   * last call, cannot be watched.
   */
  follow({ root, entries }: SourceSet): void {
    if (this.#failure !== undefined) throw this.#failure
    const wanted = new Set([root])
    for (const { path } of entries)
      for (let folder = dirname(join(root, path)); !wanted.has(folder); folder = dirname(folder)) wanted.add(folder)
    for (const folder of wanted) this.#watch(folder)
    // An empty folder is not in the source set, but a file created in it may be.
    for (const folder of this.#watchers.keys()) if (!wanted.has(folder) && !isEmpty(folder)) this.#forget(folder)
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return
    let watcher: FSWatcher
    try {
      watcher = watch(folder, (_, name) => {
        if (name !== null && name !== repositories) this.#noticed(join(folder, name))
        else if (name === null) this.#onChange()
      })
    } catch (error) {
      if (isUnreadable(error)) return
      throw watchFailure(folder, error)
    }
    // A removed folder is reported by its parent's watcher.
    watcher.on('error', () => this.#forget(folder))
    this.#watchers.set(folder, watcher)
  }

  #noticed(path: string): void {
    try {
      if (lstatSync(path).isDirectory()) this.#watch(path)
    } catch (error) {
      if (!isUnreadable(error)) this.#failure = error
    }
    this.#onChange()
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch (error) {
    if (isUnreadable(error)) return false
    throw error
  }
}

/**
 * Whether a folder is gone, or belongs to another user, such as the data of a database in a
 * container. Git, which lists the files, decides whether the second is a failure.
 */
function isUnreadable(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(codeOf(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function watchFailure(folder: string, error: unknown): unknown {
  const limit = { ENOSPC: 'max_user_watches', EMFILE: 'max_user_instances' }[codeOf(error)]
  if (limit === undefined) return error
  return new HmError(
    exits.unavailable,
    'watch_limit',
    `the machine's limit on watched folders is reached at ${folder}`,
    {
      fix: `raise it: sudo sysctl fs.inotify.${limit}=1048576`,
      cause: error,
    },
  )
}

const quietMs = 300

export interface ChangeWatch {
  /**
   * Resolves with the first tree that differs from this one, once changes have stopped for a while.
   * Rejects with the reason of the signal.
   */
  next(from: string | null, signal: AbortSignal): Promise<SourceTreeRef>
  close(): void
}

/** Watches the files of a project that belong to its builds. */
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
      // A change made before the watch began also counts.
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
