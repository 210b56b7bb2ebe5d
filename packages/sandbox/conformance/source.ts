import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourceTreeRef } from '../src/sandbox-driver.ts'
import { unpackSource } from '../src/source/index.ts'
import { aboveRuntime } from './above-runtime.ts'
import { type Bench, command, type DriverUnderTest, finish, type RunOptions } from './bench.ts'

export function sourceTests(bench: () => Bench, subject: DriverUnderTest): void {
  const { without } = subject
  const above = aboveRuntime(subject)
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp('/var/tmp/harmont-source-')
  })
  afterAll(() => rm(directory, { recursive: true }))

  /** Makes a source tree with these files, all with an old modification time, as archives have. */
  async function tree(files: Readonly<Record<string, string>>): Promise<SourceTreeRef> {
    const folder = await mkdtemp(join(directory, 'files-'))
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    const archive = execFileSync('tar', ['--create', '--mtime=2001-01-01', '--file=-', '.'], { cwd: folder })
    const sha256 = createHash('sha256').update(archive).digest('hex')
    return unpackSource({ archive: () => Readable.from([archive]), sha256, directory: join(directory, 'store') })
  }

  async function step(source: SourceTreeRef, script: string, options: RunOptions = {}) {
    const sandbox = await bench().create(options)
    await sandbox.syncSource(source)
    const { stdout, stderr } = await finish(await sandbox.start(command(script)))
    const snapshot = await sandbox.snapshot({ cache: null, origin: {} })
    await sandbox.destroy()
    return { output: stdout + stderr, snapshot }
  }

  above(
    'G27 a child’s workspace follows the source: changed files are new, removed files go, and the parent’s build products stay',
    async () => {
      const one = await tree({ 'main.c': 'one', 'gone.c': 'gone', 'same.c': 'same', 'lib/x.c': 'x' })
      const first = await step(
        one,
        'stat -c "%u:%g %n" main.c lib; sleep 0.02; cp main.c main.o; mkdir build; touch build/out same.o',
      )
      expect(first.output).toBe('0:0 main.c\n0:0 lib\n')
      const two = await tree({ 'main.c': 'two', 'same.c': 'same', 'lib/x.c': 'x' })
      const second = await step(
        two,
        'cat main.c; ls -d *; ls build; test main.c -nt main.o && echo rebuild; test same.c -nt same.o || echo keep',
        { from: first.snapshot.id },
      )
      expect(second.output).toBe('twobuild\nlib\nmain.c\nmain.o\nsame.c\nsame.o\nout\nrebuild\nkeep\n')
      // Uses the same tree again: a step's changes to a source file remain.
      const third = await step(two, 'echo edited >main.c', { from: second.snapshot.id })
      expect((await step(two, 'cat main.c', { from: third.snapshot.id })).output).toBe('edited\n')
    },
  )

  describe('a git directory beside the source', () => {
    let git: string
    let files: SourceTreeRef

    beforeAll(async () => {
      const work = await mkdtemp(join(directory, 'work-'))
      const run = (...args: readonly string[]) =>
        execFileSync('git', ['-C', work, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args])
      run('init', '--quiet')
      await writeFile(join(work, 'a.txt'), 'a')
      run('add', '.')
      run('commit', '--quiet', '-m', 'the first')
      run('tag', 'v1')
      git = join(work, '.git')
      files = await tree({ 'a.txt': 'a' })
    })

    async function stepWithGit(script: string, options: RunOptions = {}) {
      const sandbox = await bench().create({ ...options, gitDirectory: git })
      await sandbox.syncSource(files)
      const { stdout, stderr } = await finish(await sandbox.start(command(script)))
      const snapshot = await sandbox.snapshot({ cache: null, origin: {} })
      await sandbox.destroy()
      return { output: stdout + stderr, snapshot }
    }

    it('works with git, and nothing inside can change it', async () => {
      const { output } = await stepWithGit('git log --format=%s; git describe --tags; git status --porcelain')
      expect(output).toBe('the first\nv1\n')
      const tries =
        'touch .git/x; rm -r .git; mv .git elsewhere; git tag v2; git commit --allow-empty -m x; umount .git'
      const attempts = await stepWithGit(`(${tries}) 2>&1; ls -d .git/HEAD; git tag`)
      expect(attempts.output).toMatch(/Read-only file system/)
      expect(attempts.output).toMatch(/\n\.git\/HEAD\nv1\n$/)
    })

    above('is part of no snapshot or digest, and neither is its mount point', async () => {
      const { snapshots } = bench().driver
      const withGit = await stepWithGit('echo made >made.txt')
      const without = await step(files, 'echo made >made.txt')
      expect(await snapshots.changedFilesDigest(withGit.snapshot.id)).toBe(
        await snapshots.changedFilesDigest(without.snapshot.id),
      )
      const child = await step(files, 'ls -A', { from: withGit.snapshot.id })
      expect(child.output).toBe('a.txt\nmade.txt\n')
    })

    above('covers what an earlier step put in its place, and uncovers it afterwards', async () => {
      const link = await step(files, 'ln -s /etc .git')
      const covered = await stepWithGit('git log --format=%s; ls -d /etc/passwd', { from: link.snapshot.id })
      expect(covered.output).toBe('the first\n/etc/passwd\n')
      const folder = await step(files, 'mkdir .git; echo mine >.git/config')
      const shown = await stepWithGit('git tag', { from: folder.snapshot.id })
      expect(shown.output).toBe('v1\n')
      expect((await step(files, 'cat .git/config', { from: shown.snapshot.id })).output).toBe('mine\n')
    })

    // Where lower directories cannot be renamed, a step cannot move the directory that contains the
    // mount.
    it.skipIf(without.has('rename'))(
      'does not lead out of the sandbox when a step moves its workspace away and leaves a link there',
      async () => {
        const victim = await mkdtemp(join(directory, 'victim-'))
        await mkdir(join(victim, '.git'))
        const { output } = await stepWithGit(
          `cd /; mv /workspace /moved; ln -s ${victim} /workspace; ls -d /moved/.git/HEAD`,
        )
        expect(output).toBe('/moved/.git/HEAD\n')
        expect(existsSync(join(victim, '.git'))).toBe(true)
      },
    )
  })

  above('refuses a workspace that an earlier step replaced with a link out of the sandbox', async () => {
    const parent = await bench().step(`cd /; rm -r /workspace; ln -s ${directory} /workspace`)
    const sandbox = await bench().create({ from: parent.id })
    await expect(sandbox.syncSource(await tree({ planted: 'x' }))).rejects.toMatchObject({ code: 'provision_failed' })
    await sandbox.destroy()
  })
}
