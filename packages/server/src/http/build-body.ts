/** A place that takes the bytes of a source archive while they arrive. */
export interface BlobSink {
  write(bytes: Uint8Array): Promise<void>
  /** Makes the blob durable and gives its name. */
  finish(): Promise<string>
  /** Removes what was written. Must be safe after a failed write or finish. */
  abort(): Promise<void>
}

/** A source archive that came with a build. */
export interface UploadedSource {
  /** The blob's name; null for `""`, which is an empty tree. */
  readonly blob: string | null
  /** Lower-case hex of the decoded bytes. */
  readonly sha256: string
  readonly bytes: number
}
