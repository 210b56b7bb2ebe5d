import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bytesBelow } from './disk-use.ts'
import { uptimeAt } from './record.ts'
import { watchFile } from './watchdog.ts'

const script = fileURLToPath(new URL('watchdog.sh', import.meta.url))
const MiB = 1 << 20

/** A directory of the driver as the watchdog sees it, and the watchdog, with these programs before the machine's. */
async function watched(programs: Readonly<Record<string, string>>) {
  const root = await mkdtemp('/var/tmp/harmont-watchdog-')
  await mkdir(join(root, 'bin'))
  for (const [name, line] of Object.entries(programs))
    await writeFile(join(root, 'bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  return {
    root,
    /** Gives the file that its command is killed by. */
    async sandbox(id: string, deadline: Date, diskBytes: number, written: number): Promise<string> {
      const directory = join(root, 'sandboxes', id)
      const group = join(root, 'groups', id)
      for (const path of [join(directory, 'upper'), join(directory, 'state', 'exit'), group])
        await mkdir(path, { recursive: true })
      await writeFile(join(directory, 'spool'), '')
      await writeFile(join(directory, 'upper', 'f'), new Uint8Array(written))
      await writeFile(join(group, 'cgroup.kill'), '')
      await writeFile(join(directory, 'state', 'watch'), watchFile(group, diskBytes, 0))
      // To be looked at now.
      await writeFile(join(directory, 'state', 'measured'), '0 0 0\n')
      await writeFile(join(directory, 'state', 'deadline'), `${uptimeAt(deadline, new Date())}\n`)
      return join(group, 'cgroup.kill')
    },
    start: () =>
      spawn('/bin/sh', [script, root], { env: { PATH: `${root}/bin:${process.env.PATH}` }, stdio: 'inherit' }),
  }
}

const killed = (file: string) => readFile(file, 'utf8')
const later = (ms: number) => new Date(Date.now() + ms)

test('G01 deadlines are kept while a slow disk is looked at', async () => {
  const { root, sandbox, start } = await watched({ du: 'sleep 30; echo 0 total' })
  const large = await sandbox('large', later(60_000), MiB, 0)
  const due = await sandbox('due', later(1_000), MiB, 0)
  const watchdog = start()
  try {
    await expect.poll(() => killed(due)).toBe('1\n')
    expect(await killed(large)).toBe('')
  } finally {
    watchdog.kill('SIGKILL')
    await rm(root, { recursive: true })
  }
})

test('G22 who has written too much is found by the look at the disk, who has not is left alone', async () => {
  const { root, sandbox, start } = await watched({})
  const large = await sandbox('large', later(60_000), 2 * MiB, 3 * MiB)
  const small = await sandbox('small', later(60_000), 2 * MiB, MiB)
  expect(await bytesBelow([join(root, 'sandboxes', 'small', 'upper')])).toBeLessThan(2 * MiB)
  const watchdog = start()
  try {
    await expect.poll(() => killed(large)).toBe('1\n')
    expect(await killed(small)).toBe('')
  } finally {
    watchdog.kill('SIGKILL')
    await rm(root, { recursive: true })
  }
})
