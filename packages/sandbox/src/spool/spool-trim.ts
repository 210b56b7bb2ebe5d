import type { KernelThread } from '../system/kernel/kernel-thread.ts'
import type { Hole } from '../system/kernel/space.ts'
import { run } from '../system/processes.ts'

/**
 * The kernel takes 2 ms for a portion of this size, which is as long as another sandbox may wait
 * for the thread.
 */
const threadBytes = 8 * 1024 * 1024
/** Larger, because the start of a program blocks this thread for 1 ms, on a busy machine for 10. */
const programBytes = 64 * 1024 * 1024
/**
 * The newest output that was read is kept, because a database that falls back to a replica may lose
 * the last lines of a log, which are then read again.
 */
const keptBytes = 64 * 1024 * 1024

/**
 * Frees the disk space at a spool's start by punching a hole. Offsets remain valid for the monitor,
 * which appends, and for readers.
 */
export class SpoolTrim {
  readonly #path: string
  readonly #kernel: () => Promise<KernelThread | undefined>
  #done = 0
  #running = false

  /** @param kernel opens the kernel thread; undefined if a program does the work. */
  constructor(path: string, kernel: () => Promise<KernelThread | undefined>) {
    this.#path = path
    this.#kernel = kernel
  }

  /**
   * Frees the space before `offset`, except for the newest 64 MiB. Resolves immediately if the rest
   * is less than a portion, or if another call is running. Rejects if the file system does not
   * support holes.
   */
  async release(offset: number): Promise<void> {
    const end = offset - keptBytes
    if (this.#running || end - this.#done < threadBytes) return
    this.#running = true
    try {
      const kernel = await this.#kernel()
      const portion = kernel === undefined ? programBytes : threadBytes
      for (; end - this.#done >= portion; this.#done += portion) {
        const hole = { path: this.#path, offset: this.#done, length: portion }
        await (kernel === undefined ? punchByProgram(hole) : kernel.ask('punch', hole))
      }
    } finally {
      this.#running = false
    }
  }
}

async function punchByProgram({ path, offset, length }: Hole): Promise<void> {
  await run('fallocate', ['--punch-hole', '--offset', `${offset}`, '--length', `${length}`, path])
}
