import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SourceTreeRef } from '../driver.ts'
import { unpackSource } from '../source/index.ts'
import { type Bench, command, finish, type RunOptions } from './bench.ts'

export function sourceTests(bench: () => Bench): void {
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp('/var/tmp/harmont-source-')
  })
  afterAll(() => rm(directory, { recursive: true }))

  /** A source tree with these files, all of an old time, as archives have them. */
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

  it('G27 a child’s workspace follows the source: what changed is new, what is gone goes, what the parent built stays', async () => {
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
    // The same tree again: what a step changed in a source file stays as that step left it.
    const third = await step(two, 'echo edited >main.c', { from: second.snapshot.id })
    expect((await step(two, 'cat main.c', { from: third.snapshot.id })).output).toBe('edited\n')
  })

  it('refuses a workspace that an earlier step replaced by a link out of the sandbox', async () => {
    const parent = await bench().step(`cd /; rm -r /workspace; ln -s ${directory} /workspace`)
    const sandbox = await bench().create({ from: parent.id })
    await expect(sandbox.syncSource(await tree({ planted: 'x' }))).rejects.toMatchObject({ code: 'provision_failed' })
    await sandbox.destroy()
  })
}
