import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { PartStore } from './part-store.ts'

/** A part store in a directory, which is created with the first part. */
export interface FileParts extends PartStore {
  /** Returns the path of a part's file, which may not exist. */
  pathOf(digest: string): string
  /** Removes unreferenced parts that no job has requested since `before`. */
  sweep(named: ReadonlySet<string>, before: Date): Promise<void>
}

/** Opens the part store in a directory. Several processes may use it at a time. */
export function openFileParts(directory: string): FileParts {
  const pathOf = (digest: string) => {
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new Error(`expected the digest of a part, got ${digest}`)
    return join(directory, digest.slice(0, 2), digest)
  }
  return {
    pathOf,
    async lacking(_, { digests }) {
      const lacking: string[] = []
      for (const digest of digests) if (!(await touch(pathOf(digest)))) lacking.push(digest)
      return { kind: 'lacking', digests: lacking }
    },
    async put(_, digest, bytes) {
      const path = pathOf(digest)
      if (createHash('sha256').update(bytes).digest('hex') !== digest)
        throw new Error(`the bytes do not match the digest of part ${digest}`)
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
      const draft = join(path, '..', `.${randomUUID()}`)
      try {
        await using file = await open(draft, 'wx', 0o600)
        await file.writeFile(bytes)
        await file.sync()
        await rename(draft, path)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
    },
    async sweep(named, before) {
      for (const name of await namesIn(directory)) {
        for (const digest of await namesIn(join(directory, name))) {
          const path = join(directory, name, digest)
          if (!named.has(digest) && (await ageOf(path)) < before) await rm(path, { force: true })
        }
      }
    },
  }
}

/** Marks a part as requested; returns false if it is absent. */
async function touch(path: string): Promise<boolean> {
  const now = new Date()
  return unlessAbsent(
    utimes(path, now, now).then(() => true),
    false,
  )
}

function ageOf(path: string): Promise<Date> {
  return unlessAbsent(
    stat(path).then(({ mtime }) => mtime),
    new Date(),
  )
}

function namesIn(directory: string): Promise<readonly string[]> {
  return unlessAbsent(readdir(directory), [])
}

async function unlessAbsent<T>(operation: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await operation
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise
    throw error
  }
}
