import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import type { PartDigests, Segment } from '../sandbox-driver.ts'
import { resolveFile } from './resolve-file.ts'

export interface DigestJob {
  /** Root of a merged view. */
  readonly root: string
  /** The segments of each part. A file's segments are in order and cover the whole file. */
  readonly parts: readonly (readonly Segment[])[]
}

const bufferBytes = 1024 * 1024

/** Digests parts and whole files in a single pass. Runs in a worker thread. */
export function digestParts({ root, parts }: DigestJob): PartDigests {
  const buffer = Buffer.allocUnsafe(bufferBytes)
  const files = new Map<string, Hash>()
  const digests = parts.map((segments) => {
    const part = createHash('sha256')
    for (const { path, from, length } of segments) {
      const file = files.get(path) ?? createHash('sha256')
      files.set(path, file)
      const fd = openFile(root, path)
      try {
        for (let done = 0; done < length; ) {
          const read = readSync(fd, buffer, 0, Math.min(buffer.length, length - done), from + done)
          if (read === 0) throw shorter(path)
          const bytes = buffer.subarray(0, read)
          part.update(bytes)
          file.update(bytes)
          done += read
        }
      } finally {
        closeSync(fd)
      }
    }
    return part.digest('hex')
  })
  return { parts: digests, files: new Map([...files].map(([path, hash]) => [path, hash.digest('hex')])) }
}

/** Opens a file below /workspace of a view. The caller closes it. */
export function openFile(root: string, path: string): number {
  const file = resolveFile(root, path)
  if (file === undefined) throw new Error(`there is no longer a file ${JSON.stringify(path)}`)
  return openSync(file.path, constants.O_RDONLY | constants.O_NOFOLLOW)
}

export function shorter(path: string): Error {
  return new Error(`the file ${JSON.stringify(path)} is shorter than it was`)
}
