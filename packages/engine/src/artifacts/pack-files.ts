/** Cuts files into parts and finds them there again. Pure. */
import type { PartDigests, Segment } from '@harmont/sandbox'
import { type Artifact, partBytes } from './artifact.ts'

/** Smaller files share parts, so ten thousand of them need few requests. */
const smallBytes = 1024 * 1024

/** A file to keep. */
export interface ChosenFile extends Pick<Artifact, 'path' | 'bytes' | 'kind' | 'expiresSeconds'> {}

/**
 * Returns the segments of each part. Equal files in the same order produce equal parts, so a second
 * upload sends only changes.
 */
export function packFiles(files: readonly Pick<ChosenFile, 'path' | 'bytes'>[]): readonly (readonly Segment[])[] {
  const parts: (readonly Segment[])[] = []
  let shared: Segment[] = []
  let room = partBytes
  for (const { path, bytes } of files) {
    if (bytes === 0) continue
    if (bytes >= smallBytes) {
      for (let from = 0; from < bytes; from += partBytes)
        parts.push([{ path, from, length: Math.min(partBytes, bytes - from) }])
      continue
    }
    if (bytes > room) {
      parts.push(shared)
      shared = []
      room = partBytes
    }
    shared.push({ path, from: 0, length: bytes })
    room -= bytes
  }
  return shared.length === 0 ? parts : [...parts, shared]
}

const ofNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Returns the artifacts for files and their digested parts. */
export function artifactsOf(
  files: readonly ChosenFile[],
  parts: readonly (readonly Segment[])[],
  digests: PartDigests,
): readonly Artifact[] {
  const places = new Map<string, { readonly parts: string[]; readonly offset: number }>()
  for (const [index, segments] of parts.entries()) {
    const digest = digests.parts[index] ?? ''
    let offset = 0
    for (const { path, length } of segments) {
      const place = places.get(path) ?? { parts: [], offset }
      place.parts.push(digest)
      places.set(path, place)
      offset += length
    }
  }
  return files.map(({ path, bytes, kind, expiresSeconds }) => {
    const { parts: own, offset } = places.get(path) ?? { parts: [], offset: 0 }
    return { path, kind, bytes, sha256: digests.files.get(path) ?? ofNothing, parts: own, offset, expiresSeconds }
  })
}

/** Returns the segments to read for each part of artifacts, by the digest of the part. */
export function segmentsOf(artifacts: readonly Artifact[]): ReadonlyMap<string, readonly Segment[]> {
  const starts = new Map<string, Map<number, Segment>>()
  for (const { path, bytes, parts, offset } of artifacts) {
    for (const [index, digest] of parts.entries()) {
      const from = index * partBytes
      const length = Math.min(partBytes, bytes - from)
      const known = starts.get(digest) ?? new Map<number, Segment>()
      starts.set(digest, known)
      // Parts with equal content may be cut differently; the longest pieces fit together.
      if ((known.get(offset)?.length ?? 0) < length) known.set(offset, { path, from, length })
    }
  }
  return new Map([...starts].map(([digest, known]) => [digest, joined(known)]))
}

function joined(starts: ReadonlyMap<number, Segment>): readonly Segment[] {
  const segments: Segment[] = []
  let at = 0
  for (let next = starts.get(at); next !== undefined; next = starts.get(at)) {
    segments.push(next)
    at += next.length
  }
  return segments
}
