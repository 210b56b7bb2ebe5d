/** A file that is kept after its step ends. */
export interface Artifact {
  /**
   * Path below /workspace, such as `a/b/c`. May contain every character except NUL, including line
   * breaks.
   */
  readonly path: string
  readonly kind: 'file' | 'junit' | 'coverage'
  readonly bytes: number
  /** SHA-256 of the file in hex. */
  readonly sha256: string
  /**
   * SHA-256 in hex of the parts that contain the file, in order; empty for an empty file. The file
   * is the concatenation of the parts from `offset` on.
   */
  readonly parts: readonly string[]
  /**
   * Offset within the first part. Nonzero only for a small file that shares its only part with
   * others.
   */
  readonly offset: number
  /** Retention time, if the step sets one. */
  readonly expiresSeconds: number | null
}

/** The largest part. All parts of a file except the last have this size. */
export const partBytes = 16 * 1024 * 1024

/** Limits of one step. */
export const mostArtifacts = 10_000
export const mostArtifactBytes = 10 * 1024 ** 3

/**
 * Returns whether a value from a snapshot's description, possibly of another release, is an
 * artifact.
 */
export function isArtifact(value: unknown): value is Artifact {
  if (typeof value !== 'object' || value === null) return false
  const { path, kind, bytes, sha256, parts, offset, expiresSeconds } = value as Partial<Artifact>
  return (
    typeof path === 'string' &&
    (kind === 'file' || kind === 'junit' || kind === 'coverage') &&
    Number.isSafeInteger(bytes) &&
    isDigest(sha256) &&
    Array.isArray(parts) &&
    parts.every(isDigest) &&
    Number.isSafeInteger(offset) &&
    (expiresSeconds === null || Number.isSafeInteger(expiresSeconds))
  )
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}
