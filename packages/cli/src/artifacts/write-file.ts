import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { exits, HmError } from '../errors.ts'
import { isMissing } from '../is-missing.ts'
import type { ListedArtifact } from './choose.ts'
import { type OpenBytes, steadyBytes } from './steady-bytes.ts'

/**
 * Writes an artifact to `target` below `root`. Never leaves a partial file. Resumes an earlier
 * download. Returns false if the file already exists with the same content.
 */
export async function writeFileBelow(
  root: string,
  target: string,
  artifact: Pick<ListedArtifact, 'path' | 'bytes' | 'sha256'>,
  source: OpenBytes,
  signal: AbortSignal,
): Promise<boolean> {
  await makeDirectories(root, dirname(target))
  if (await isThere(target, artifact)) return false
  const draft = draftOf(target, artifact)
  await using file = await open(draft, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o666)
  const progress = await resume(file, artifact)
  for await (const { bytes, start } of steadyBytes(source, progress.bytes, artifact.bytes, signal)) {
    // The server restarted from the beginning.
    if (start === 0) progress.restart()
    await writeWhole(file, bytes, start)
    progress.update(bytes)
  }
  if (progress.digest() !== artifact.sha256) {
    await rm(draft, { force: true })
    throw damaged(artifact)
  }
  await file.truncate(artifact.bytes)
  await file.sync()
  await rename(draft, target)
  return true
}

/** Returns the error for content whose hash differs from the artifact's. */
export function damaged({ path }: Pick<ListedArtifact, 'path'>): HmError {
  return new HmError(exits.unavailable, 'artifact_damaged', `the SHA-256 of ${path} differs from the listed one`, {
    fix: 'try again; if the error persists, tell the operator of the server',
  })
}

/** Writes all bytes: a single write may stop early, for example where the disk becomes full. */
async function writeWhole(file: FileHandle, bytes: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, start + done)
    done += bytesWritten
  }
}

/** The size of a draft's content, and its hash. */
class Progress {
  #hash: Hash = createHash('sha256')
  bytes = 0

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    this.bytes += bytes.length
  }

  restart(): void {
    this.#hash = createHash('sha256')
    this.bytes = 0
  }

  digest(): string {
    return this.#hash.digest('hex')
  }
}

async function resume(file: FileHandle, { bytes }: Pick<ListedArtifact, 'bytes'>): Promise<Progress> {
  const progress = new Progress()
  const { size } = await file.stat()
  if (size > bytes) await file.truncate(0)
  else for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) progress.update(chunk as Buffer)
  return progress
}

/** Returns a draft path that no other file shares and that a later call finds again. */
function draftOf(target: string, { sha256 }: Pick<ListedArtifact, 'sha256'>): string {
  const name = createHash('sha256').update(`${target}\n${sha256}`).digest('hex').slice(0, 32)
  return join(dirname(target), `.hm-${name}.part`)
}

/**
 * Creates the directories from `root` down. Refuses symbolic links, which might lead out of `root`.
 */
async function makeDirectories(root: string, directory: string): Promise<void> {
  await mkdir(root, { recursive: true })
  let path = root
  for (const name of relative(root, directory).split(sep)) {
    if (name === '') continue
    path = join(path, name)
    await mkdir(path).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    })
    if (!(await lstat(path)).isDirectory())
      throw new HmError(exits.refused, 'not_a_directory', `${path} is not a directory, or is a symbolic link`, {
        fix: 'remove it, or name another directory with -o',
      })
  }
}

async function isThere(target: string, { bytes, sha256 }: Pick<ListedArtifact, 'bytes' | 'sha256'>): Promise<boolean> {
  try {
    const found = await lstat(target)
    if (!found.isFile() || found.size !== bytes) return false
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(target)) hash.update(chunk as Buffer)
    return hash.digest('hex') === sha256
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
