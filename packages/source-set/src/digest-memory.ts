import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import type { SourceEntry } from './source-set.ts'

/** Number of folders whose digests are kept, the most recently used ones. */
const mostKept = 100
/**
 * Resolution of the kernel's file clock, in milliseconds, with a reserve. A file can change twice
 * within it and keep its stamp.
 */
const stepMs = 20

/**
 * Keeps digests of folders in a file, so that a folder without changes is not read again. A file
 * counts as unchanged if its inode, size and ctime are the same; no program can set ctime. Digests
 * of an earlier boot do not count, because a power failure may have damaged files.
 */
export class DigestMemory {
  readonly #file: string
  #kept: Map<string, string> | undefined

  /** @param file absolute path; its directory is created when needed. */
  constructor(file: string) {
    this.#file = file
  }

  /**
   * Returns the key of a folder's files, by their names below the folder. Returns null if a file
   * may change without a trace, because its last change is too recent. Call it before reading the
   * files.
   */
  keyOf(files: readonly { readonly name: string; readonly entry: SourceEntry }[]): string | null {
    const boot = bootId()
    if (boot === null) return null
    const now = Date.now()
    const sum = createHash('sha256').update(boot)
    for (const { name, entry } of files) {
      const { stamp, size } = entry
      if (stamp === undefined || stamp.ctimeMs + stepMs >= now) return null
      sum.update(`\0${name}\0${stamp.inode} ${size} ${stamp.ctimeMs}`)
    }
    return sum.digest('hex')
  }

  recall(key: string): string | undefined {
    return this.#all().get(key)
  }

  /** Keeps a digest. A directory that cannot be written only costs time. */
  keep(key: string, digest: string): void {
    const all = this.#all()
    all.delete(key)
    all.set(key, digest)
    const kept = [...all].slice(-mostKept)
    const written = `${this.#file}.${process.pid}`
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
      writeFileSync(written, JSON.stringify(kept), { mode: 0o600 })
      renameSync(written, this.#file)
    } catch {
      this.#kept = new Map(kept)
    }
  }

  #all(): Map<string, string> {
    this.#kept ??= readKept(this.#file)
    return this.#kept
  }
}

/** Returns the kept digests; none if the file is absent or damaged. */
function readKept(file: string): Map<string, string> {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (Array.isArray(kept)) return new Map(kept.filter(isKept))
  } catch {
    // It is written again.
  }
  return new Map()
}

function isKept(each: unknown): each is [string, string] {
  return Array.isArray(each) && each.length === 2 && each.every((text) => /^[0-9a-f]{64}$/.test(String(text)))
}

/** Identifies this boot; null where the kernel does not tell. */
function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
  } catch {
    return null
  }
}
