import { closeSync, read } from 'node:fs'
import { promisify } from 'node:util'
import { openFile, shorter } from '../files/digest-parts.ts'
import type { FrozenFiles, Listing, ListRequest, PartDigests, Segment } from '../sandbox-driver.ts'
import { runInWorker } from '../source/worker-pool.ts'

const readAt = promisify(read)

/** Files of a merged view that no longer changes. */
export class FilesOfView implements FrozenFiles {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  list(request: ListRequest): Promise<Listing> {
    return runInWorker('list', { ...request, root: this.#root })
  }

  digest(parts: readonly (readonly Segment[])[]): Promise<PartDigests> {
    return runInWorker('digest', { root: this.#root, parts })
  }

  async read(segments: readonly Segment[], into: Uint8Array): Promise<Uint8Array> {
    let filled = 0
    for (const { path, from, length } of segments) {
      const fd = openFile(this.#root, path)
      try {
        for (let done = 0; done < length; ) {
          const { bytesRead } = await readAt(fd, into, filled, length - done, from + done)
          if (bytesRead === 0) throw shorter(path)
          done += bytesRead
          filled += bytesRead
        }
      } finally {
        closeSync(fd)
      }
    }
    return into.subarray(0, filled)
  }
}
