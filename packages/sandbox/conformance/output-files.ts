import { expect, it } from 'vitest'
import type { Bench } from './bench.ts'

const read = async (bench: Bench, script: string) => {
  const { sandbox, exit, stderr } = await bench.run(script)
  return { files: await sandbox.outputFiles(), sandbox, exit, stderr }
}

export function outputFileTests(bench: () => Bench): void {
  it('a failed command’s output directory is readable, and no snapshot contains it', async () => {
    const { files, sandbox, exit } = await read(
      bench(),
      `cd "$HARMONT_OUTPUT" && mkdir annotations && echo sum >summary.md && echo one >annotations/b.md && : >annotations/a.md
      chmod 000 summary.md annotations; exit 3`,
    )
    expect([exit.code, files.complete]).toEqual([3, true])
    expect(await files.list('')).toEqual(['annotations', 'summary.md'])
    expect(await files.list('annotations')).toEqual(['a.md', 'b.md'])
    expect(await files.list('nothing')).toEqual([])
    expect((await files.read('summary.md', 100))?.toString()).toBe('sum\n')
    expect((await files.read('annotations/b.md', 100))?.toString()).toBe('one\n')
    expect(await files.read('annotations/c.md', 100)).toBeUndefined()
    const snapshot = await sandbox.snapshot({ cache: null, origin: {} })
    // The snapshot has taken the place of the sandbox's files.
    expect((await (await sandbox.outputFiles()).read('summary.md', 100))?.toString()).toBe('sum\n')
    await sandbox.destroy()
    const { id: empty } = await bench().step('true')
    const digests = [snapshot.id, empty].map((id) => bench().driver.snapshots.changedFilesDigest(id))
    expect(await digests[0]).toBe(await digests[1])
    expect(await bench().print('ls "$HARMONT_OUTPUT"', { from: snapshot.id })).toBe('')
  })

  it('a command reads its split by name and cannot change it, and no snapshot contains it', async () => {
    const split = 'test/a b.ts\ntest/é.ts\n'
    const script = 'cat "$HARMONT_SPLIT"; echo x 2>/dev/null >"$HARMONT_SPLIT" && exit 9; true'
    const { sandbox, exit, stdout } = await bench().run(script, { split, env: { HARMONT_SPLIT: '/etc/passwd' } })
    expect([exit.code, stdout]).toEqual([0, split])
    const snapshot = await sandbox.snapshot({ cache: null, origin: {} })
    await sandbox.destroy()
    const { id: empty } = await bench().step('true')
    const digests = [snapshot.id, empty].map((id) => bench().driver.snapshots.changedFilesDigest(id))
    expect(await digests[0]).toBe(await digests[1])
    expect(await bench().print('env | grep -c ^HARMONT_SPLIT= || true', { from: snapshot.id })).toBe('0\n')
  })

  it('an output directory holds 64 MiB and some thousand files, and refuses more', async () => {
    const { files, exit, stderr } = await read(
      bench(),
      `cd "$HARMONT_OUTPUT"; head -c 100000000 /dev/zero >big && exit 8
      [ "$(stat -c %s big)" -le 67108864 ] || exit 9
      rm big; for i in $(seq 5000); do true >"$i" || break; done 2>/dev/null; [ "$i" -gt 1000 ] && [ "$i" -lt 5000 ] || exit 7
      rm -r ./*; echo fits >summary.md`,
    )
    expect([exit.code, stderr]).toEqual([0, expect.stringContaining('No space left on device')])
    expect((await files.read('summary.md', 100))?.toString()).toBe('fits\n')
  })

  it('only regular files within the output directory are read', async () => {
    const { files } = await read(
      bench(),
      `cd "$HARMONT_OUTPUT"; ln -s /etc/shadow summary.md; mkfifo pipe; truncate -s 4T sparse; mkdir folder; ln -s / root
      printf x >"$(printf 'new\\nline')"; ln -s folder loop; ln -s ../loop folder/loop`,
    )
    expect(await files.list('')).toContain('new\nline')
    expect((await files.read('new\nline', 10))?.toString()).toBe('x')
    // runsc creates some of them in its own kernel only. These are absent on the machine, and the
    // others are refused.
    const refused = ['summary.md', 'pipe', 'sparse', 'folder', 'root/etc/passwd', 'loop/x', '../sandbox.json']
    for (const name of refused)
      expect([name, await files.read(name, 65_536).catch(() => 'refused')]).not.toContainEqual(expect.any(Buffer))
    for (const name of ['root/etc', 'loop', '..'])
      expect([name, await files.list(name).catch(() => 'refused')]).toEqual([name, 'refused'])
  })
}
