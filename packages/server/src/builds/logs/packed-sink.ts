import type { BlobStore, BlobWriter } from '../../platform/blobs/blob-store.ts'

/** Packed logs up to this size are stored in the row: a file and its flush cost more. */
const smallBytes = 8 * 1024

/** Collects packed blocks; writes them to a blob once they exceed `smallBytes`. */
export class PackedSink {
  /** The end of each block. */
  readonly ends: number[] = []
  readonly #blobs: BlobStore
  #buffered: Buffer[] = []
  #writer: BlobWriter | null = null

  constructor(blobs: BlobStore) {
    this.#blobs = blobs
  }

  async add(block: Buffer): Promise<void> {
    this.ends.push((this.ends.at(-1) ?? 0) + block.length)
    this.#buffered.push(block)
    if ((this.ends.at(-1) ?? 0) > smallBytes) await this.#write()
  }

  /** Returns the name of the durable blob, or the bytes themselves. */
  async finish(): Promise<
    { readonly blob: string; readonly small: null } | { readonly blob: null; readonly small: Buffer }
  > {
    if (this.#writer === null) return { blob: null, small: Buffer.concat(this.#buffered) }
    return { blob: await this.#writer.finish(), small: null }
  }

  async abort(): Promise<void> {
    await this.#writer?.abort()
  }

  async #write(): Promise<void> {
    this.#writer ??= await this.#blobs.create()
    await this.#writer.write(Buffer.concat(this.#buffered))
    this.#buffered = []
  }
}
