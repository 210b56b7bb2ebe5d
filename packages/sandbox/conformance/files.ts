import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { FrozenFiles, Sandbox } from '../src/sandbox-driver.ts'
import { aboveRuntime } from './above-runtime.ts'
import type { Bench, DriverUnderTest } from './bench.ts'

const limits = { maxFiles: 100, maxEntries: 100_000, maxMs: 60_000 }

/** Tests the files that `withFiles` provides. */
export function filesTests(bench: () => Bench, subject: DriverUnderTest): void {
  const above = aboveRuntime(subject)
  const ended = async (script: string): Promise<Sandbox> => {
    const { exit, stderr, sandbox } = await bench().run(`set -e\n${script}`)
    if (exit.code !== 0) throw new Error(stderr)
    return sandbox
  }
  const list = (sandbox: Sandbox, ...patterns: string[]) =>
    sandbox.withFiles((files) => files.list({ patterns, ...limits }))
  const text = async (files: FrozenFiles, path: string, length: number) =>
    Buffer.from(await files.read([{ path, from: 0, length }], Buffer.alloc(length))).toString()

  it('shows a command’s files, alike before and after its snapshot, and from the snapshot itself', async () => {
    const parent = await bench().step('mkdir -p dist/old; echo below >dist/old/a; echo gone >dist/b')
    const { sandbox } = await bench().run('rm dist/b; mv dist/old dist/new; echo 12345 >dist/c; : >dist/empty', {
      from: parent.id,
    })
    const look = async (files: FrozenFiles) => ({
      listing: await files.list({ patterns: ['dist/**', 'dist/c'], ...limits }),
      text: await text(files, 'dist/new/a', 6),
      digests: await files.digest([
        [{ path: 'dist/new/a', from: 0, length: 6 }],
        [{ path: 'dist/c', from: 0, length: 4 }],
        [{ path: 'dist/c', from: 4, length: 2 }],
      ]),
    })
    const before = await sandbox.withFiles(look)
    const sha256 = (content: string) => createHash('sha256').update(content).digest('hex')
    expect(before).toEqual({
      listing: {
        files: [
          { path: 'dist/c', bytes: 6, patterns: [0, 1] },
          { path: 'dist/empty', bytes: 0, patterns: [0] },
          { path: 'dist/new/a', bytes: 6, patterns: [0] },
        ],
        leftOut: { count: 0, first: null },
        exceeded: null,
      },
      text: 'below\n',
      digests: {
        parts: [sha256('below\n'), sha256('1234'), sha256('5\n')],
        files: new Map([
          ['dist/new/a', sha256('below\n')],
          ['dist/c', sha256('12345\n')],
        ]),
      },
    })
    const { id } = await sandbox.snapshot({ cache: null, origin: {} })
    expect(await sandbox.withFiles(look)).toEqual(before)
    await sandbox.destroy()
    expect(await bench().driver.snapshots.withFiles(id, look)).toEqual(before)
  })

  it('G67 a link counts only when it leads to a regular file inside /workspace', async () => {
    const sandbox = await ended(`
      mkdir -p d/real other; echo kept >d/real/f; echo kept >other/g
      ln -s real/f d/relative; ln -s /workspace/other/g d/absolute; ln -s ../other/../d/relative d/chain
      ln -s ../../../../../workspace/other/g d/above-the-root
      ln -s /etc/shadow d/shadow; ln -s ../../etc/passwd d/passwd; ln -s /proc/self/environ d/proc
      ln -s loop d/loop; ln -s nowhere d/dangling; ln -s real d/to-directory; ln -s f/x d/through-a-file
      ln -s /workspace d/up; mkfifo d/fifo
      python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("d/socket")'`)
    const { files, leftOut } = await list(sandbox, 'd')
    const paths = files.map(({ path }) => path)
    expect(paths).toEqual(['d/above-the-root', 'd/absolute', 'd/chain', 'd/real/f', 'd/relative'])
    // runsc keeps the pipe and the socket in memory, so they may be missing.
    expect([8, 10]).toContain(leftOut.count)
    await sandbox.withFiles(async (shown) => {
      for (const path of paths) expect(await text(shown, path, 5)).toBe('kept\n')
      const left = shown.read([{ path: 'd/shadow', from: 0, length: 1 }], Buffer.alloc(1))
      await expect(left).rejects.toThrow('there is no longer a file "d/shadow"')
    })
  })

  above('a listing stops at its limits, and preserves names', async () => {
    const sandbox = await ended(`
      mkdir many names; cd many; seq 300 | xargs touch; cd ../names
      python3 -c 'import os
for name in (b"a\\nb", b"\\xff", " ; rm -rf", "\\u202e".encode()): open(name, "w").close()
path = ""
while len(path) < 8000: os.mkdir("d" * 100); os.chdir("d" * 100); path += "d" * 101
open("deep", "w").close()'`)
    const exceeded = async (less: Partial<typeof limits>) =>
      (await sandbox.withFiles((files) => files.list({ patterns: ['many/*9'], ...limits, ...less }))).exceeded
    expect(await exceeded({})).toBeNull()
    expect(await exceeded({ maxFiles: 29 })).toBe('files')
    expect(await exceeded({ maxEntries: 299 })).toBe('entries')
    const { files, leftOut } = await list(sandbox, 'names')
    expect(files.map(({ path }) => path)).toEqual([' ; rm -rf', 'a\nb', '\u202e'].map((name) => `names/${name}`))
    // The two are a name that is not UTF-8 and a directory that is too deep.
    expect(leftOut.count).toBe(2)
  })

  above('no directory outside /workspace is read', async () => {
    const replaced = await ended('cd /; rm -rf /workspace; ln -s /etc /workspace')
    expect((await list(replaced, '**')).files).toEqual([])
    const { sandbox, running } = await bench().start('sleep 60')
    await expect(list(sandbox, '**')).rejects.toThrow('the command has not ended')
    await running.kill('SIGKILL')
  })
}
