import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Freeing space takes a process, so it is done in steps of this size. Up to this much may stay on
 * disk after it was read.
 */
const stepBytes = 64 * 1024 * 1024

/**
 * Frees the disk space at a spool's start by punching a hole. Offsets stay valid for the monitor,
 * which appends, and for readers.
 */
export class SpoolTrim {
  readonly #path: string
  #done = 0
  #running = false

  constructor(path: string) {
    this.#path = path
  }

  /**
   * Frees the space before `offset`. Resolves at once if it is too little or if a step is running.
   * Fails if the file system has no holes.
   */
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
