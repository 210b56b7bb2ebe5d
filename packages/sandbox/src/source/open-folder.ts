import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { hasCode, isAbsent } from '../system/files.ts'
import type { BytePath, ManifestEntry } from './manifest.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

interface Source {
  /** The tree that contains the files' content. */
  readonly tree: string
  readonly owner: Owner
  /** Unix milliseconds. */
  readonly now: number
}

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants
const BUFFER = Buffer.allocUnsafe(1024 * 1024)

/**
 * A folder of a workspace, which is untrusted. Keeps it open and addresses single entries of the
 * open folder (`/proc/self/fd/N/NAME`, because Node.js has no openat), so no path that a job made
 * is ever traversed.
 */
export class OpenFolder {
  readonly #fd: number
  readonly #prefix: Buffer
  readonly #source: Source

  private constructor(fd: number, source: Source) {
    this.#fd = fd
    this.#prefix = Buffer.from(`/proc/self/fd/${fd}/`)
    this.#source = source
  }

  static root(place: string, source: Source): OpenFolder {
    return new OpenFolder(openSync(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), source)
  }

  enter(name: BytePath): OpenFolder {
    return new OpenFolder(openSync(this.#at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), this.#source)
  }

  close(): void {
    closeSync(this.#fd)
  }

  look(name: BytePath): Stats | undefined {
    return lstatSync(this.#at(name), { throwIfNoEntry: false })
  }

  /**
   * Makes an overlay keep this folder in its upper layer, by setting its mode to the current
   * value. Changes nothing else that matters.
   */
  touch(): void {
    fchmodSync(this.#fd, fstatSync(this.#fd).mode & 0o7777)
  }

  makeFolder(name: BytePath): void {
    mkdirSync(this.#at(name))
    const fd = openSync(this.#at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try {
      fchownSync(fd, this.#source.owner.uid, this.#source.owner.gid)
      fchmodSync(fd, 0o755)
    } finally {
      closeSync(fd)
    }
  }

  removeIfEmpty(name: BytePath): void {
    try {
      rmdirSync(this.#at(name))
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY') && !isAbsent(error)) throw error
    }
  }

  remove(name: BytePath, found: Stats | undefined): void {
    if (found === undefined) return
    if (!found.isDirectory()) {
      unlinkSync(this.#at(name))
      return
    }
    // A job can nest folders deeper than this process's stack allows. rm follows no link out of
    // them.
    const place = Buffer.concat([Buffer.from(`/proc/self/fd/3/`), Buffer.from(name, 'latin1')])
    const rm = spawnSync('xargs', ['-0', 'rm', '-rf', '--one-file-system', '--'], {
      input: place,
      stdio: ['pipe', 'ignore', 'pipe', this.#fd],
    })
    if (rm.status !== 0)
      throw new Error(`a folder of the workspace could not be removed: ${rm.stderr}`, { cause: rm.error })
  }

  /** Returns whether an entry has the wanted kind, mode, owner and bytes. */
  holds(name: BytePath, found: Stats | undefined, wanted: ManifestEntry): boolean {
    if (found === undefined || found.uid !== this.#source.owner.uid || found.gid !== this.#source.owner.gid)
      return false
    if (wanted.kind === 'link') {
      return found.isSymbolicLink() && readlinkSync(this.#at(name), 'buffer').toString('latin1') === wanted.content
    }
    if (!found.isFile() || found.size !== wanted.size || (found.mode & 0o7777) !== modeOf(wanted)) return false
    const fd = openSync(this.#at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const hash = createHash('sha256')
      for (let read = readSync(fd, BUFFER); read > 0; read = readSync(fd, BUFFER)) hash.update(BUFFER.subarray(0, read))
      return hash.digest('hex') === wanted.content
    } finally {
      closeSync(fd)
    }
  }

  /** Writes a new file or link with the time of the sync. The name must be unused. */
  write(name: BytePath, wanted: ManifestEntry): void {
    const { owner, now } = this.#source
    const place = this.#at(name)
    if (wanted.kind === 'link') {
      symlinkSync(Buffer.from(wanted.content, 'latin1'), place)
      lchownSync(place, owner.uid, owner.gid)
      lutimesSync(place, now / 1000, now / 1000)
      return
    }
    const fd = openSync(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    try {
      this.#copy(wanted, fd)
      fchownSync(fd, owner.uid, owner.gid)
      fchmodSync(fd, modeOf(wanted))
      futimesSync(fd, now / 1000, now / 1000)
    } finally {
      closeSync(fd)
    }
  }

  #copy(wanted: ManifestEntry, target: number): void {
    const original = Buffer.concat([Buffer.from(`${this.#source.tree}/`), Buffer.from(wanted.path, 'latin1')])
    const fd = openSync(original, O_RDONLY | O_NOFOLLOW)
    try {
      if (fstatSync(fd).size !== wanted.size) throw new Error(`the stored source tree is damaged at ${wanted.path}`)
      for (let read = readSync(fd, BUFFER); read > 0; read = readSync(fd, BUFFER)) {
        for (let written = 0; written < read; ) written += writeSync(target, BUFFER, written, read - written)
      }
    } finally {
      closeSync(fd)
    }
  }

  #at(name: BytePath): Buffer {
    return Buffer.concat([this.#prefix, Buffer.from(name, 'latin1')])
  }
}

function modeOf(entry: ManifestEntry): number {
  return entry.kind === 'executable' ? 0o755 : 0o644
}
