import type { BlobWriter } from '../../platform/blobs/blob-store.ts'
import type { BlobStore } from '../../platform/blobs/index.ts'

/** Up to so much is kept in the row: a file and its flush cost more. */
const smallBytes = 8 * 1024

/** Where packed segments go: into a blob or, as long as they are few, nowhere. */
export class SegmentSink {
  /** Where each segment ends. */
  readonly ends: number[] = []
  readonly #blobs: BlobStore
  #held: Buffer[] = []
  #writer: BlobWriter | null = null

  constructor(blobs: BlobStore) {
    this.#blobs = blobs
  }

  async add(segment: Buffer): Promise<void> {
    this.ends.push((this.ends.at(-1) ?? 0) + segment.length)
    this.#held.push(segment)
    if ((this.ends.at(-1) ?? 0) > smallBytes) await this.#write()
  }

  /** The name of the blob, which is on disk then, or the bytes themselves. */
  async finish(): Promise<
    { readonly blob: string; readonly small: null } | { readonly blob: null; readonly small: Buffer }
  > {
    if (this.#writer === null) return { blob: null, small: Buffer.concat(this.#held) }
    return { blob: await this.#writer.finish(), small: null }
  }

  async abort(): Promise<void> {
    await this.#writer?.abort()
  }

  async #write(): Promise<void> {
    this.#writer ??= await this.#blobs.create()
    await this.#writer.write(Buffer.concat(this.#held))
    this.#held = []
  }
}
