import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { isMissing } from '../../system/missing.ts'
import { type FetchRequest, fetchCommit, hasCommit } from './fetch-commit.ts'
import { runGit } from './run-git.ts'

/** More packs than this are put together: git looks through all of them. */
const mostPacks = 40
/** Commits that are kept as what the mirror is known to have. */
const mostCommits = 500

/** What is done to a mirror. Only one at a time may, among all processes: `lockFd` is that lock. */
export interface OpenMirror {
  /** A bare repository that need not be there yet. */
  readonly repository: string
  readonly lockFd: number
  /** An empty directory on the same file system. */
  readonly staging: string
}

/** Makes sure that the mirror has the commit; see `fetchCommit`. */
export async function bringCommit(mirror: OpenMirror, request: FetchRequest): Promise<void> {
  const { repository, lockFd } = mirror
  await mkdir(path.dirname(repository), { recursive: true, mode: 0o700 })
  // Makes a new one, and changes nothing in one that is whole. 0644: users of a sandbox read its packs.
  await runGit(['init', '--quiet', '--bare', '--shared=0644', '--template=', '--object-format=sha1'], {
    repository,
    lockFd,
  })
  if (await hasCommit(repository, request)) return
  await removeRemains(repository)
  await fetchCommit(repository, request, lockFd)
  await tidy(mirror)
}

/** Throws the mirror away: the next one to need it begins anew. */
export async function discardMirror({ repository, staging }: OpenMirror): Promise<void> {
  try {
    await rename(repository, path.join(staging, 'broken-mirror'))
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** Locks and half packs of a git that was killed; whoever has the mirror's lock knows that they are nobody's. */
async function removeRemains(repository: string): Promise<void> {
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
  // Without a look at what refs reach: nothing that a build may need is dropped. Small packs go into one; large ones stay as they are.
  await runGit(['repack', '--quiet', '--geometric=2', '-d'], { repository, lockFd })
}
