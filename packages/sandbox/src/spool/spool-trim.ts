import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Giving space back takes a process: not for less than this. A part of the spool this long may be on disk though nobody reads it any more. */
const stepBytes = 64 * 1024 * 1024

/** Gives the disk space of a spool's beginning back, by a hole: what follows stays where it is, for the monitor that appends and for readers. */
export class SpoolTrim {
  readonly #path: string
  #done = 0
  #running = false

  constructor(path: string) {
    this.#path = path
  }

  /** What is before `offset` may go. Resolves at once when that is too little, or when a part is being removed. Fails where the file system has no holes. */
  async release(offset: number): Promise<void> {
    const length = offset - (offset % stepBytes) - this.#done
    if (this.#running || length <= 0) return
    this.#running = true
    try {
      await run('fallocate', ['--punch-hole', '--offset', `${this.#done}`, '--length', `${length}`, this.#path])
      this.#done += length
    } finally {
      this.#running = false
    }
  }
}
