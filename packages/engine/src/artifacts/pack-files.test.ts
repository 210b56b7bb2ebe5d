import { createHash } from 'node:crypto'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { partBytes } from './artifact.ts'
import { artifactsOf, type ChosenFile, packFiles, segmentsOf } from './pack-files.ts'

const MiB = 1024 * 1024
const chosen = (path: string, bytes: number): ChosenFile => ({ path, bytes, kind: 'file', expiresSeconds: null })

/**
 * Digests parts by file names: parts with equal segments are equal, and the path identifies a file.
 */
function digest(parts: ReturnType<typeof packFiles>, files: readonly ChosenFile[]) {
  const hash = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex')
  return { parts: parts.map(hash), files: new Map(files.map(({ path }) => [path, hash(path)])) }
}

it('a part is at most 16 MiB, a file is the concatenation of its parts from its offset on, and every part can be found again', () => {
  const size = fc.oneof(fc.constantFrom(0, 1, MiB - 1, MiB, partBytes, partBytes + 1), fc.integer({ min: 0, max: 5e7 }))
  fc.assert(
    fc.property(fc.array(size, { maxLength: 60 }), (sizes) => {
      const files = sizes.map((bytes, i) => chosen(`f${i}`, bytes))
      const parts = packFiles(files)
      const digests = digest(parts, files)
      const artifacts = artifactsOf(files, parts, digests)
      for (const segments of parts) {
        const length = segments.reduce((sum, segment) => sum + segment.length, 0)
        expect(length).toBeGreaterThan(0)
        expect(length).toBeLessThanOrEqual(partBytes)
      }
      expect(artifacts.map(({ path, bytes }) => ({ path, bytes }))).toEqual(
        files.map(({ path, bytes }) => ({ path, bytes })),
      )
      expect([...segmentsOf(artifacts)].sort()).toEqual(digests.parts.map((each, i) => [each, parts[i]]).sort())
      for (const { path, parts: own, offset, bytes } of artifacts) {
        expect(own).toHaveLength(bytes < MiB ? Math.min(bytes, 1) : Math.ceil(bytes / partBytes))
        const [first = []] = own.map((each) => parts[digests.parts.indexOf(each)] ?? [])
        const place = first.findIndex((segment) => segment.path === path)
        expect(offset).toBe(first.slice(0, Math.max(place, 0)).reduce((sum, { length }) => sum + length, 0))
      }
    }),
    { numRuns: scaled(200) },
  )
})

it('a change in a large file changes no part of other files', () => {
  const before = packFiles([chosen('a', 40), chosen('big', 40 * MiB), chosen('z', 50)])
  const after = packFiles([chosen('a', 40), chosen('big', 41 * MiB), chosen('z', 50)])
  expect(after.filter((part) => !before.some((each) => JSON.stringify(each) === JSON.stringify(part)))).toEqual([
    [{ path: 'big', from: 32 * MiB, length: 9 * MiB }],
  ])
})
