import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isDirty, readGitFacts } from './git-facts.ts'
import { Project } from './project.test-support.ts'
import { readSourceSet, readSourceTree } from './read-source-set.ts'
import { pathBytes } from './source-set.ts'

const paths = async (project: Project, below = '') =>
  (await readSourceSet(join(project.path, below))).entries.map(({ path }) => path)

function repository(files: Readonly<Record<string, string>>): Project {
  const project = new Project(files)
  project.git('init', '--quiet', '-b', 'main')
  return project
}

afterEach(() => vi.unstubAllEnvs())

describe('inside a git work tree', () => {
  it('git decides: tracked and untracked files, nested and local ignore rules, tracked files despite a rule', async () => {
    const project = repository({ '.gitignore': '*.log\n/out/', 'a.ts': '', 'kept.log': '', 'sub/b.ts': '' })
    project.git('add', '--force', '.')
    project.commit()
    project.write({ 'new.ts': '', 'x.log': '', 'out/y': '', 'sub/.gitignore': '*.tmp\n!keep.log', 'sub/z.tmp': '' })
    project.write({ 'sub/keep.log': '', '.git/info/exclude': 'local.txt', 'local.txt': '' })
    expect(await paths(project)).toEqual([
      '.gitignore',
      'a.ts',
      'kept.log',
      'new.ts',
      'sub/.gitignore',
      'sub/b.ts',
      'sub/keep.log',
    ])
  })

  it('a missing tracked file is deleted, even if a folder, a file or a link took its parent’s place', async () => {
    const project = repository({ gone: '', 'now-folder': '', 'dir/f': '', 'dir2/f': '', 'real/f': '', stays: '' })
    project.commit()
    for (const path of ['gone', 'now-folder', 'dir', 'dir2']) project.remove(path)
    project.write({ 'now-folder/in': '', dir2: 'a file' })
    project.link('dir', 'real')
    expect(await paths(project)).toEqual(['dir', 'dir2', 'now-folder/in', 'real/f', 'stays'])
  })

  it('each path counts once, even in a merge conflict', async () => {
    const project = repository({ f: 'base' })
    project.commit()
    project.git('checkout', '--quiet', '-b', 'other')
    project.write({ f: 'theirs' })
    project.commit()
    project.git('checkout', '--quiet', 'main')
    project.write({ f: 'ours' })
    project.commit()
    expect(() => project.git('merge', 'other')).toThrow()
    expect(await paths(project)).toEqual(['f'])
  })

  it('a project below the top has only its own files, with the rules from above', async () => {
    const project = repository({ '.gitignore': '*.log', top: '', 'app/.hm/ci.ts': '', 'app/x.log': '', 'other/y': '' })
    expect(await paths(project, 'app')).toEqual(['.hm/ci.ts'])
  })

  it('initialised submodules count with their own rules, but other nested repositories do not', async () => {
    const library = repository({ '.gitignore': 'built', 'lib.c': '' })
    library.commit()
    const project = repository({ a: '' })
    project.git('submodule', '--quiet', 'add', library.path, 'vendor/lib')
    project.commit()
    project.write({ 'vendor/lib/built': '', 'vendor/lib/new.c': '', 'clone/x': '' })
    execFileSync('git', ['init', '--quiet', 'clone'], { cwd: project.path })
    expect(await paths(project)).toEqual([
      '.gitmodules',
      'a',
      'vendor/lib/.gitignore',
      'vendor/lib/lib.c',
      'vendor/lib/new.c',
    ])
    project.git('submodule', 'deinit', '--force', '--all')
    expect(await paths(project)).toEqual(['.gitmodules', 'a'])
  })

  it('a project in an ignored folder has all its files', async () => {
    const project = repository({ '.gitignore': 'tmp', 'tmp/p/.hm/ci.ts': '', 'tmp/p/node_modules/x': '' })
    expect(await paths(project, 'tmp/p')).toEqual(['.hm/ci.ts', 'node_modules/x'])
  })

  it('below a git hook, whose environment points at a repository, the directory decides', async () => {
    const project = repository({ 'app/a': '', b: '' })
    vi.stubEnv('GIT_DIR', join(project.path, '.git'))
    vi.stubEnv('GIT_INDEX_FILE', '/nonexistent/index')
    expect(await paths(project, 'app')).toEqual(['a'])
  })

  it('a repository of another user is refused in one sentence, with the command that trusts it', async () => {
    const project = repository({ a: '' })
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1')
    await expect(readSourceSet(project.path)).rejects.toMatchObject({
      code: 'git_failed',
      message: `git refuses ${project.path}, which belongs to another user. If you trust it: git config --global --add safe.directory '${project.path}'`,
    })
  })

  it('a repository that git cannot read is an error instead of a source with all files', async () => {
    const project = repository({ a: '' })
    project.write({ '.git/index': 'damaged' })
    await expect(readSourceSet(project.path)).rejects.toMatchObject({
      code: 'git_failed',
      message: expect.stringMatching(/^git cannot list the files of .*: .*index/s),
    })
  })
})

describe('outside a git work tree', () => {
  it('all files count, including dot files and node_modules', async () => {
    const project = new Project({ '.env': '', 'node_modules/x/y': '', 'b/c': '', b2: '', é: '' })
    mkdirSync(join(project.path, 'empty'))
    expect(await paths(project)).toEqual(['.env', 'b/c', 'b2', 'node_modules/x/y', 'é'])
  })

  it('all files count even without git', async () => {
    const project = repository({ '.gitignore': 'a', a: '' })
    vi.stubEnv('PATH', '/nonexistent')
    expect(await paths(project)).toEqual(['.gitignore', 'a'])
  })
})

describe('everywhere', () => {
  it('secrets, installed packages of .hm, repositories, sockets and pipes are excluded', async () => {
    const files = {
      '.hm/secrets.env': 'K=V',
      '.hm/node_modules/x': '',
      '.hm/ci.ts': '',
      'x/.hm/secrets.env': '',
      'd/.git/f': '',
    }
    const project = new Project(files)
    execFileSync('mkfifo', [join(project.path, 'pipe')])
    const server = createServer().listen(join(project.path, 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      expect(await paths(project)).toEqual(['.hm/ci.ts', 'x/.hm/secrets.env'])
      project.git('init', '--quiet')
      project.git('add', '--force', '.hm')
      expect(await paths(project)).toEqual(['.hm/ci.ts', 'x/.hm/secrets.env'])
    } finally {
      server.close()
    }
  })

  it.each([['.hmignore'], ['.ignore']])('%s excludes more, tracked files included', async (name) => {
    const rules = '# big\n/data/\n*.BIN\n!keep.BIN\nnested/**/x\n\\!odd\n'
    const files = {
      'data/d': '',
      'sub/data/d': '',
      'a.BIN': '',
      'a.bin': '',
      'keep.BIN': '',
      'nested/a/b/x': '',
      '!odd': '',
    }
    const project = repository({ ...files, [name]: rules })
    const left = [name, 'a.bin', 'keep.BIN', 'sub/data/d'].sort()
    expect(await paths(project)).toEqual(left)
    project.commit()
    expect(await paths(project)).toEqual(left)
    expect((await readSourceTree(project.path)).entries.map(({ path }) => path)).toEqual(left)
  })

  it('.hmignore wins over .ignore', async () => {
    const project = new Project({ '.hmignore': 'a', '.ignore': 'b', a: '', b: '' })
    expect(await paths(project)).toEqual(['.hmignore', '.ignore', 'b'])
  })

  it('names are byte for byte, and sorted by byte', async () => {
    const project = repository({
      'a\nb': '',
      '-rf': '',
      '"q"': '',
      'sp ace ': '',
      ﬀ: '',
      '😀': '',
      'a/b': '',
      'a-b': '',
      '\\': '',
      '..x': '',
    })
    const raw = Buffer.from([0x62, 0xff, 0x2f, 0xfe])
    mkdirSync(Buffer.concat([Buffer.from(`${project.path}/`), raw.subarray(0, 2)]))
    writeFileSync(Buffer.concat([Buffer.from(`${project.path}/`), raw]), 'x')
    for (const read of [readSourceSet, readSourceTree]) {
      const { entries } = await read(project.path)
      const names = entries.map((entry) => pathBytes(entry))
      expect(names.some((name) => name.equals(raw))).toBe(true)
      expect(names).toEqual([...names].sort(Buffer.compare))
      expect(entries.filter((entry) => entry.raw === null).map(({ path }) => path)).toEqual([
        '"q"',
        '-rf',
        '..x',
        '\\',
        'a\nb',
        'a-b',
        'a/b',
        'sp ace ',
        'ﬀ',
        '😀',
      ])
    }
  })

  it('kind, mode and size are listed', async () => {
    const project = new Project({ 'run.sh': '123', plain: '' })
    chmodSync(join(project.path, 'run.sh'), 0o711)
    chmodSync(join(project.path, 'plain'), 0o666)
    project.link('link', 'nowhere')
    expect((await readSourceSet(project.path)).entries).toMatchObject([
      { path: 'link', kind: 'link', size: 7 },
      { path: 'plain', kind: 'file', mode: 0o644, size: 0 },
      { path: 'run.sh', kind: 'file', mode: 0o755, size: 3 },
    ])
  })
})

describe('git facts', () => {
  it('facts are branch, commit, message, remote and default branch', async () => {
    const project = repository({ a: '' })
    project.commit('First line\n\nbody: é')
    project.git('remote', 'add', 'origin', 'https://user:token@example.com/o/r.git')
    project.git('update-ref', 'refs/remotes/origin/trunk', 'HEAD')
    project.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk')
    project.git('tag', 'main')
    const { git } = await readSourceSet(project.path)
    expect(git).toEqual({
      workTree: project.path,
      branch: 'main',
      commit: project.git('rev-parse', 'HEAD').trim(),
      message: 'First line\n\nbody: é',
      remote: 'https://example.com/o/r.git',
      defaultBranch: 'trunk',
    })
  })

  it('facts are listed as far as they exist', async () => {
    const project = repository({ a: '' })
    const nothing = { commit: null, message: null, remote: null, defaultBranch: null }
    expect(await readGitFacts(project.path)).toMatchObject({ branch: 'main', ...nothing })
    project.commit()
    project.git('remote', 'add', 'up', 'ssh://git:secret@example.com/o/r.git')
    project.git('checkout', '--quiet', '--detach')
    expect(await readGitFacts(project.path)).toMatchObject({ branch: null, remote: 'ssh://git@example.com/o/r.git' })
    expect(await readGitFacts(new Project().path)).toBe(null)
    expect(await readGitFacts(join(project.path, '.git'))).toBe(null)
  })

  it('a checkout is dirty if files below the project are', async () => {
    const project = repository({ 'app/a': '', b: '' })
    project.commit()
    expect(await isDirty(join(project.path, 'app'))).toBe(false)
    project.write({ b: 'x' })
    expect(await isDirty(join(project.path, 'app'))).toBe(false)
    project.write({ 'app/new': '' })
    expect(await isDirty(join(project.path, 'app'))).toBe(true)
    expect(await isDirty(new Project().path)).toBe(false)
  })
})
