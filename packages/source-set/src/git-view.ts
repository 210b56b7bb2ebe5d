import { createHash } from 'node:crypto'
import { existsSync, realpathSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { git, gitFailed } from './git.ts'
import type { GitFacts } from './source-set.ts'

/**
 * The history of a checkout for a build: a separate git directory, and the checkout's objects,
 * which are not copied.
 */
export interface GitView {
  /**
   * Absolute path of the git directory: HEAD at the commit, all tags, an index, and an empty
   * `objects`.
   */
  readonly directory: string
  /** Absolute path of the directory to mount read-only as `objects`. */
  readonly objects: string
}

/**
 * Makes the view of a project's last commit below `keep`, or finds an existing one there. Leaves
 * out hooks and settings of the checkout, because these may contain credentials. Returns null if
 * the project is not the root of its work tree, has no commit, or borrows objects of another
 * repository. Fails with SourceError `git_failed`.
 */
export async function makeGitView(project: string, facts: GitFacts | null, keep: string): Promise<GitView | null> {
  if (facts === null || facts.commit === null || realpathSync(facts.workTree) !== realpathSync(project)) return null
  const [places, tags] = await Promise.all([
    ask(project, ['rev-parse', '--show-object-format', '--git-path', 'objects', '--git-path', 'shallow']),
    ask(project, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/tags']),
  ])
  const [format = '', ...paths] = places.trimEnd().split('\n')
  const [objects = '', shallow = ''] = paths.map((path) => resolve(project, path))
  if (existsSync(join(objects, 'info/alternates'))) return null
  const files: Record<string, string> = {
    HEAD: `${facts.commit}\n`,
    config: configuration(format, facts.remote),
    'packed-refs': tags,
  }
  if (existsSync(shallow)) files.shallow = await readFile(shallow, 'utf8')
  const name = createHash('sha256')
    .update(JSON.stringify([objects, files]))
    .digest('hex')
  const directory = join(keep, name)
  if (existsSync(directory)) await utimes(directory, new Date(), new Date())
  else await make(project, facts.commit, files, { keep, directory })
  return { directory, objects }
}

interface Place {
  readonly keep: string
  readonly directory: string
}

async function make(
  project: string,
  commit: string,
  files: Readonly<Record<string, string>>,
  { keep, directory }: Place,
): Promise<void> {
  await mkdir(keep, { recursive: true, mode: 0o700 })
  const made = await mkdtemp(join(keep, 'new-'))
  try {
    await ask(project, ['read-tree', commit], { GIT_INDEX_FILE: join(made, 'index') })
    for (const [name, text] of Object.entries(files)) await writeFile(join(made, name), text, { flag: 'wx' })
    for (const name of [...Object.keys(files), 'index']) await chmod(join(made, name), 0o644)
    for (const name of ['refs', 'objects']) await mkdir(join(made, name))
    for (const name of ['', 'refs', 'objects']) await chmod(join(made, name), 0o755)
    await rename(made, directory)
  } catch (error) {
    await rm(made, { recursive: true, force: true })
    // Another process was first, and the name identifies the content.
    if (!existsSync(directory)) throw error
  }
}

async function ask(
  project: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await git(project, args, variables)
  if (answer?.status !== 0) throw gitFailed(project, answer?.stderr ?? '')
  return answer.stdout
}

function configuration(format: string, remote: string | null): string {
  const isOld = format === 'sha1'
  const quoted = remote?.replace(/["\\]/g, '\\$&').replace(/[\r\n]/g, '')
  return [
    '[core]',
    `\trepositoryformatversion = ${isOld ? 0 : 1}`,
    '\tfilemode = true',
    '\tbare = false',
    ...(isOld ? [] : ['[extensions]', `\tobjectformat = ${format}`]),
    ...(quoted === undefined ? [] : ['[remote "origin"]', `\turl = "${quoted}"`]),
    '',
  ].join('\n')
}
