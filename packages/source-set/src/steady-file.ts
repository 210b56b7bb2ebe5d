import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { placeOf, unreadable } from './listing.ts'
import type { SourceEntry } from './source-set.ts'

/** A file changed while it was being read. */
export class ChangedWhileRead extends Error {
  readonly path: string

  constructor(path: string) {
    super(`${path} changed while it was read`)
    this.path = path
  }
}

/** An open file of a source set. Detects whether the file has changed since it was opened. */
export class SteadyFile {
  readonly size: number
  readonly #entry: SourceEntry
  readonly #fd: number
  readonly #before: Stats

  /**
   * Opens the file, but not another one that has replaced it. Fails with ChangedWhileRead, or
   * SourceError `unreadable`.
   */
  constructor(root: string, entry: SourceEntry) {
    this.#entry = entry
    try {
      // The flags prevent following a link and waiting for the writer of a pipe.
      this.#fd = openSync(placeOf(root, entry), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') throw new ChangedWhileRead(entry.path)
      throw unreadable(entry.path, cause)
    }
    this.#before = fstatSync(this.#fd)
    this.size = this.#before.size
    if (this.#before.isFile()) return
    this.close()
    throw new ChangedWhileRead(entry.path)
  }

  /**
   * Fills a buffer from the end of the last call. Fails with ChangedWhileRead if the file has fewer
   * bytes.
   */
  fill(buffer: Buffer): void {
    for (let at = 0; at < buffer.length; ) {
      let read: number
      try {
        read = readSync(this.#fd, buffer, at, buffer.length - at, null)
      } catch (cause) {
        throw unreadable(this.#entry.path, cause)
      }
      if (read === 0) throw new ChangedWhileRead(this.#entry.path)
      at += read
    }
  }

  /** Fails with ChangedWhileRead if the file was written to since it was opened. */
  verify(): void {
    const { size, mtimeMs, ctimeMs } = fstatSync(this.#fd)
    const same = size === this.#before.size && mtimeMs === this.#before.mtimeMs && ctimeMs === this.#before.ctimeMs
    if (!same) throw new ChangedWhileRead(this.#entry.path)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
