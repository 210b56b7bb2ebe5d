import type { Readable } from 'node:stream'
import { SandboxError, type SourceTreeRef } from '../driver.ts'

export interface SourceLimits {
  readonly archiveBytes: number
  readonly entries: number
  readonly bytes: number
  /** Unpacked to packed, judged beyond 50 MiB. */
  readonly ratio: number
  readonly pathBytes: number
  readonly depth: number
}

export interface UnpackRequest {
  /** Opens the archive from its start; called only when the tree is not there yet. */
  readonly archive: () => Promise<Readable> | Readable
  /** 64 hex digits. */
  readonly sha256: string
  /** Absolute; the content-addressed store of trees. */
  readonly directory: string
  readonly limits?: Partial<SourceLimits>
}

/** The archive as a tree on this machine, unpacked at most once. Fails with SandboxError `source_invalid` that names the entry. */
export function unpackSource(_request: UnpackRequest): Promise<SourceTreeRef> {
  return Promise.reject(new SandboxError('source_invalid', 'under construction'))
}
