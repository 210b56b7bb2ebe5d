import { createHash } from 'node:crypto'
import { utimesSync } from 'node:fs'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { SnapshotId } from '../sandbox-driver.ts'
import { now } from '../system/clock.ts'
import { ifPresent, isAbsent, parseJson, readIfPresent, writeAtomically } from '../system/files.ts'

export interface CacheKey {
  readonly namespace: string
  readonly key: string
}

export interface CacheEntry extends CacheKey {
  readonly snapshot: SnapshotId
  readonly usedAt: Date
}

/** Maps cache keys to snapshots: one small file per key, whose mtime is its last use. */
export class CacheIndex {
  private readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  /** Replaces an earlier snapshot under the same key. */
  put(key: CacheKey, snapshot: SnapshotId): void {
    const file = this.file(key)
    writeAtomically(file, JSON.stringify({ namespace: key.namespace, key: key.key, snapshot }))
    const at = now() / 1000
    try {
      // Dated by the steady clock, as uses are.
      utimesSync(file, at, at)
    } catch (error) {
      // Another process has just removed the entry.
      if (!isAbsent(error)) throw error
    }
  }

  /**
   * Returns undefined if there is no entry. For an unreadable entry it returns '', which is not a
   * snapshot id.
   */
  get(key: CacheKey): SnapshotId | undefined {
    const text = readIfPresent(this.file(key))
    if (text === undefined) return undefined
    const entry = parseEntry(text)
    // Misplaced files are possible, unlike hash collisions.
    return entry?.namespace === key.namespace && entry.key === key.key ? entry.snapshot : ''
  }

  async markUsed(key: CacheKey, at: Date): Promise<void> {
    // A collector may have just removed the entry, which does not change what was found.
    await ifPresent(utimes(this.file(key), at, at))
  }

  drop(key: CacheKey): Promise<void> {
    return rm(this.file(key), { force: true })
  }

  /** Returns all readable entries, least recently used first. */
  async entries(): Promise<readonly CacheEntry[]> {
    const found: CacheEntry[] = []
    for (const name of await readdir(this.directory)) {
      const path = join(this.directory, name)
      try {
        const entry = parseEntry(await readFile(path, 'utf8'))
        if (entry === undefined) await rm(path, { force: true })
        else found.push({ ...entry, usedAt: (await stat(path)).mtime })
      } catch (error) {
        if (!isAbsent(error)) throw error
      }
    }
    return found.sort((a, b) => a.usedAt.getTime() - b.usedAt.getTime())
  }

  private file({ namespace, key }: CacheKey): string {
    return join(this.directory, createHash('sha256').update(`${namespace}\0${key}`).digest('hex'))
  }
}

/** Returns an entry; undefined for a damaged one, which is a cache miss. */
function parseEntry(text: string): (CacheKey & { readonly snapshot: SnapshotId }) | undefined {
  const { namespace, key, snapshot } = parseJson<Partial<Record<string, unknown>> | null>(text) ?? {}
  return typeof namespace === 'string' && typeof key === 'string' && typeof snapshot === 'string'
    ? { namespace, key, snapshot }
    : undefined
}
