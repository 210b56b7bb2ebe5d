import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { ifPresent } from '../../system/files.ts'
import { type FetchRequest, fetchCommit, hasCommit } from './fetch-commit.ts'
import { runGit } from './run-git.ts'

/** A mirror with more packs is repacked, because git searches all of them. */
const mostPacks = 40
/** Number of commits recorded as present in the mirror. */
const mostCommits = 500

/** A mirror during a change. Only one process at a time may change it, and holds `lockFd`. */
export interface OpenMirror {
  /** A bare repository. Need not exist yet. */
  readonly repository: string
  readonly lockFd: number
  /** An empty directory on the same file system. */
  readonly staging: string
}

/** Ensures that the mirror has the commit; see `fetchCommit`. */
export async function bringCommit(mirror: OpenMirror, request: FetchRequest): Promise<void> {
  const { repository, lockFd } = mirror
  await mkdir(path.dirname(repository), { recursive: true, mode: 0o700 })
  // Creates a missing repository, and leaves an existing one unchanged. 0644, because users of a
  // sandbox read its packs.
  await runGit(['init', '--quiet', '--bare', '--shared=0644', '--template=', '--object-format=sha1'], {
    repository,
    lockFd,
  })
  if (await hasCommit(repository, request)) return
  await removeLeftovers(repository)
  await fetchCommit(repository, request, lockFd)
  await tidy(mirror)
}

/** Discards the mirror. The next checkout creates a new one. */
export async function discardMirror({ repository, staging }: OpenMirror): Promise<void> {
  await ifPresent(rename(repository, path.join(staging, 'broken-mirror')))
}

/**
 * Removes locks and partial packs of a killed git. The caller holds the mirror's lock, so no other
 * process uses these files.
 */
async function removeLeftovers(repository: string): Promise<void> {
  for (const name of await readdir(repository, { recursive: true })) {
    const isLock = name.endsWith('.lock') && !name.startsWith('objects/')
    if (isLock || /^objects\/(.*\/)?tmp_/.test(name))
      await rm(path.join(repository, name), { recursive: true, force: true })
  }
}

async function tidy({ repository, lockFd }: OpenMirror): Promise<void> {
  const packs = (await readdir(path.join(repository, 'objects/pack'))).filter((name) => name.endsWith('.pack'))
  if (packs.length <= mostPacks) return
  const listed = await runGit(
    ['for-each-ref', '--sort=-committerdate', '--format=%(refname)', 'refs/harmont/commits'],
    { repository },
  )
  const old = listed.toString('latin1').split('\n').filter(Boolean).slice(mostCommits)
  await runGit(['update-ref', '--stdin'], { repository, lockFd, stdin: old.map((ref) => `delete ${ref}\n`).join('') })
  await runGit(['pack-refs', '--all'], { repository, lockFd })
  // The repack does not check which objects are reachable from refs, so it drops nothing that a
  // build may need. It merges small packs and leaves large ones unchanged.
  await runGit(['repack', '--quiet', '--geometric=2', '-d'], { repository, lockFd })
}
