import type { Readable } from 'node:stream'

/** Where source archives and packed logs are kept. Names say nothing about the content. */
export interface BlobStore {
  /** Without a name, which a restored blob brings from where it was, the store chooses one. */
  create(name?: string): Promise<BlobWriter>
  /** Undefined: there is no such blob. */
  size(name: string): Promise<number | undefined>
  /** The bytes from `start` to before `end`, whole without them. The stream fails when there is no such blob. */
  open(name: string, range?: { readonly start: number; readonly end: number }): Readable
  /** Does nothing when it is gone already. */
  remove(name: string): Promise<void>
  /** Every name with the time of its completion, for the sweep. */
  list(): AsyncIterable<{ readonly name: string; readonly completedAt: Date }>
  /** Removes what processes left that ended while they wrote, and that was last written to before the given time. */
  removeUnfinished(before: Date): Promise<void>
  /** Fails when nothing can be written. */
  check(): Promise<void>
}

/** Writes are one after another. A blob exists from `finish` on, and then it is on disk. */
export interface BlobWriter {
  write(bytes: Uint8Array): Promise<void>
  finish(): Promise<string>
  /** Removes what was written; does nothing after it was done. */
  abort(): Promise<void>
}
