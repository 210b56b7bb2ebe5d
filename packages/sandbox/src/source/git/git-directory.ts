import { chmod, link, mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runGit } from './run-git.ts'

export interface GitDirectoryRequest {
  readonly mirror: string
  readonly url: string
  readonly commit: string
  /** Output path, on the mirror's file system. */
  readonly directory: string
}

/**
 * Makes the directory that a sandbox sees as /workspace/.git: HEAD at the commit, all tags, an
 * index, and hard links to the mirror's objects. Later changes of the mirror do not affect it.
 */
export async function makeGitDirectory({ mirror, url, commit, directory }: GitDirectoryRequest): Promise<void> {
  const inside = (name: string) => path.join(directory, name)
  for (const name of ['', 'refs', 'objects', 'objects/info', 'objects/pack']) {
    await mkdir(inside(name))
    await chmod(inside(name), 0o755)
  }
  const tags = await runGit(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/tags'], { repository: mirror })
  const files: Readonly<Record<string, string | Buffer>> = {
    HEAD: `${commit}\n`,
    config: configuration(url),
    'packed-refs': tags,
  }
  for (const [name, content] of Object.entries(files)) await writeFile(inside(name), content, { flag: 'wx' })
  await runGit(['read-tree', commit], { repository: mirror, indexFile: inside('index') })
  for (const name of [...Object.keys(files), 'index']) await chmod(inside(name), 0o644)
  const packs = 'objects/pack'
  for (const name of await readdir(path.join(mirror, packs))) {
    // git reads the index first, so link it after its pack.
    if (/^pack-[0-9a-f]+\.(pack|idx|rev|bitmap)$/.test(name))
      await link(path.join(mirror, packs, name), inside(`${packs}/${name}`))
  }
}

function configuration(url: string): string {
  const quoted = new URL(url).href.replace(/["\\]/g, '\\$&')
  return [
    '[core]',
    '\trepositoryformatversion = 0',
    '\tfilemode = true',
    '\tbare = false',
    '[remote "origin"]',
    `\turl = "${quoted}"`,
    '\tfetch = +refs/heads/*:refs/remotes/origin/*',
    '',
  ].join('\n')
}
