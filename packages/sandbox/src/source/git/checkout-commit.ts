import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { SandboxError, type SourceTreeRef } from '../../sandbox-driver.ts'
import { bootId } from '../../system/clock.ts'
import { hasCode, ifPresent, readJson } from '../../system/files.ts'
import { withStagingDirectory } from '../../system/staging.ts'
import { keepTree } from '../keep-tree.ts'
import { defaultSourceLimits, type SourceLimits } from '../limits.ts'
import { storedTree } from '../manifest.ts'
import { runInWorker } from '../worker-pool.ts'
import { checkFetch, type FetchRequest } from './fetch-commit.ts'
import { SourceUnreachable, unreachable } from './fetch-failure.ts'
import { makeGitDirectory } from './git-directory.ts'
import { bringCommit, discardMirror, type OpenMirror } from './mirror.ts'
import { commitId, commitsFolder, mirrorId, mirrorLock, mirrorPath } from './places.ts'
import { GitFailure } from './run-git.ts'

export interface CheckoutRequest extends FetchRequest {
  /**
   * Permanent name of the repository, by which its mirror is found. Repositories that must not
   * share objects need different names.
   */
  readonly repository: string
  /** Absolute path of the mirrors, trees and git directories. */
  readonly directory: string
  readonly limits?: Partial<SourceLimits>
}

export interface Checkout {
  readonly tree: SourceTreeRef
  /** Absolute path of a directory to mount read-only as the tree's `.git`. */
  readonly gitDirectory: string
}

interface CommitRecord {
  readonly commit: string
  readonly tree: string
  /**
   * Records of another boot are ignored, because files written before a power failure may be
   * truncated.
   */
  readonly bootId: string
}

/**
 * Returns the files of a commit as a tree on this machine, and a git directory for it. Fetches into
 * the repository's mirror if it lacks the commit, one process at a time, and replaces a broken
 * mirror. Rejects permanently with SandboxError `source_fetch_failed` or `source_invalid`,
 * temporarily with `SourceUnreachable`, and with other errors if this machine is the cause.
 */
export async function checkoutCommit(request: CheckoutRequest): Promise<Checkout> {
  checkFetch(request)
  const ready = await find(request)
  if (ready !== undefined) return ready
  const id = mirrorId(request.repository)
  return withStagingDirectory(request.directory, mirrorLock(id), async (staging, lock) => {
    const found = await find(request)
    if (found !== undefined) return found
    const repository = path.join(mirrorPath(request.directory, id), 'repository.git')
    const mirror = { repository, staging, lockFd: lock.fd }
    try {
      return await make(request, mirror, 'first')
    } catch (error) {
      if (error instanceof SandboxError || error instanceof SourceUnreachable || isDiskFull(error)) throw error
      await discardMirror(mirror)
      return await make(request, mirror, 'again').catch((again: unknown) => {
        // The mirror is new, so it is not the cause.
        throw again instanceof GitFailure && !isDiskFull(again) ? unreachable(request, again) : again
      })
    }
  })
}

async function make(request: CheckoutRequest, mirror: OpenMirror, attempt: string): Promise<Checkout> {
  const { commit, url } = request
  await bringCommit(mirror, request)
  const staging = path.join(mirror.staging, attempt)
  const kept = path.join(staging, 'kept')
  await mkdir(kept, { recursive: true })
  const tree = await makeTree(request, mirror, staging)
  // Done only after the tree's limits have been checked, because git itself has none.
  await makeGitDirectory({ mirror: mirror.repository, url, commit, directory: path.join(kept, 'git') })
  const record: CommitRecord = { commit, tree: tree.digest, bootId }
  const text = JSON.stringify(record)
  await writeFile(path.join(kept, 'record.json'), text, { mode: 0o600 })
  await writeFile(path.join(staging, 'latest.json'), text, { mode: 0o600 })
  const place = commitPath(request)
  await mkdir(path.dirname(place), { recursive: true })
  await moveTo(place, kept, path.join(staging, 'replaced'))
  await rename(path.join(staging, 'latest.json'), latestPath(mirror))
  return { tree, gitDirectory: path.join(place, 'git') }
}

async function makeTree(request: CheckoutRequest, mirror: OpenMirror, staging: string): Promise<SourceTreeRef> {
  const limits = { ...defaultSourceLimits, ...request.limits }
  const base = await latest(request, mirror)
  const checkout = async (from: typeof base, name: string) => {
    const made = { tree: path.join(staging, name), manifest: path.join(staging, `${name}.manifest`), staging }
    const job = { mirror: mirror.repository, commit: request.commit, base: from, limits, ...made }
    const digest = await runInWorker('checkout', job)
    return keepTree(request.directory, { ...made, digest })
  }
  if (base === null) return checkout(null, 'tree')
  try {
    return await checkout(base, 'tree')
  } catch (error) {
    // The base may belong to a replaced mirror, or be damaged.
    if (error instanceof SandboxError || isDiskFull(error)) throw error
    return checkout(null, 'whole-tree')
  }
}

/** Returns the last tree made from this mirror, if it still exists. */
async function latest({ directory }: CheckoutRequest, mirror: OpenMirror) {
  const record = await readJson<CommitRecord>(latestPath(mirror))
  if (record === undefined) return null
  const tree = await treeOf(directory, record)
  return tree === undefined ? null : { commit: record.commit, tree }
}

async function find(request: CheckoutRequest): Promise<Checkout | undefined> {
  const place = commitPath(request)
  const record = await readJson<CommitRecord>(path.join(place, 'record.json'))
  const tree = record && (await treeOf(request.directory, record))
  return tree && { tree, gitDirectory: path.join(place, 'git') }
}

async function treeOf(directory: string, record: CommitRecord): Promise<SourceTreeRef | undefined> {
  if (record.bootId !== bootId) return undefined
  return storedTree(directory, record.tree)
}

async function moveTo(place: string, made: string, replaced: string): Promise<void> {
  await ifPresent(rename(place, replaced))
  await rename(made, place)
}

function commitPath(request: CheckoutRequest): string {
  return path.join(request.directory, commitsFolder, commitId(request.repository, request))
}

function latestPath({ repository }: OpenMirror): string {
  return path.join(path.dirname(repository), 'latest.json')
}

function isDiskFull(error: unknown): boolean {
  return hasCode(error, 'ENOSPC') || (error instanceof Error && error.message.includes('No space left on device'))
}
