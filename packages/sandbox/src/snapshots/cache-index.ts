import { createHash } from 'node:crypto'
import { utimesSync } from 'node:fs'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { SnapshotId } from '../sandbox-driver.ts'
import { now } from '../system/clock.ts'
import { isAbsent, readIfPresent, writeAtomically } from '../system/files.ts'

export interface CacheKey {
  readonly namespace: string
  readonly key: string
}

export interface CacheEntry extends CacheKey {
  readonly snapshot: SnapshotId
  readonly usedAt: Date
}

/** Which snapshot is found under which key: one small file each, whose time says when it was last used. */
export class CacheIndex {
  private readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  /** The newest snapshot under a key wins. */
  put(key: CacheKey, snapshot: SnapshotId): void {
    const file = this.file(key)
    writeAtomically(file, JSON.stringify({ namespace: key.namespace, key: key.key, snapshot }))
    const at = now() / 1000
    try {
      // As a use is dated, and not by a clock that may be set.
      utimesSync(file, at, at)
    } catch (error) {
      // Another process forgot the result just now.
      if (!isAbsent(error)) throw error
    }
  }

  /** Undefined: there is none. An entry that cannot be read gives the empty text, which is no snapshot's id. */
  get(key: CacheKey): SnapshotId | undefined {
    const text = readIfPresent(this.file(key))
    if (text === undefined) return undefined
    const entry = parseEntry(text)
    // Two keys of one hash do not happen; a file that was put in the wrong place does.
    return entry?.namespace === key.namespace && entry.key === key.key ? entry.snapshot : ''
  }

  async markUsed(key: CacheKey, at: Date): Promise<void> {
    await utimes(this.file(key), at, at)
  }

  drop(key: CacheKey): Promise<void> {
    return rm(this.file(key), { force: true })
  }

  /** All readable entries, least recently used first. */
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

function parseEntry(text: string): (CacheKey & { readonly snapshot: SnapshotId }) | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<'namespace' | 'key' | 'snapshot', unknown>>
    const { namespace, key, snapshot } = value
    return typeof namespace === 'string' && typeof key === 'string' && typeof snapshot === 'string'
      ? { namespace, key, snapshot }
      : undefined
  } catch {
    return undefined // Damaged: a miss.
  }
}
