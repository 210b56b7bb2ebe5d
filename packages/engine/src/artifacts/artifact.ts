/** A file of a step that is kept after it. */
export interface Artifact {
  /** Below /workspace, as `a/b/c`. May hold every character but NUL, line breaks too. */
  readonly path: string
  readonly kind: 'file' | 'junit' | 'coverage'
  readonly bytes: number
  /** SHA-256 of the file in hex. */
  readonly sha256: string
  /**
   * SHA-256 in hex of the parts that hold it, in order; none for an empty file. The file is what
   * they are together, from `offset` on.
   */
  readonly parts: readonly string[]
  /** 0, but for a small file that shares its only part with others. */
  readonly offset: number
  /** How long it is kept, where its step says so. */
  readonly expiresSeconds: number | null
}

/** The largest part. All parts of a file but the last have this size. */
export const partBytes = 16 * 1024 * 1024

/** Limits of one step. */
export const mostArtifacts = 10_000
export const mostArtifactBytes = 10 * 1024 ** 3

/** Returns whether a snapshot's description, which another release may have written, has one here. */
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
