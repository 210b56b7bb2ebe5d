import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { until } from '@harmont/test-kit/until'
import { expect, test } from 'vitest'
import { uptimeAt } from '../driver/record.ts'
import { bytesBelow } from '../system/disk-use.ts'
import { hasCode } from '../system/files.ts'
import { watchFile } from './watchdog.ts'

const script = fileURLToPath(new URL('watchdog.sh', import.meta.url))
const MiB = 1 << 20

/**
 * Makes a driver's directory as the watchdog sees it. The watchdog finds these programs before the
 * machine's.
 */
async function watched(programs: Readonly<Record<string, string>>) {
  const root = await mkdtemp('/var/tmp/harmont-watchdog-')
  await mkdir(join(root, 'bin'))
  for (const [name, line] of Object.entries(programs))
    await writeFile(join(root, 'bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  return {
    root,
    /** Makes a sandbox, and returns the file by which its command is killed. */
    async sandbox(id: string, deadline: Date, diskBytes: number, written: number): Promise<string> {
      const directory = join(root, 'sandboxes', id)
      const group = join(root, 'groups', id)
      for (const path of [join(directory, 'upper'), join(directory, 'state', 'exit'), group])
        await mkdir(path, { recursive: true })
      await writeFile(join(directory, 'spool'), '')
      await writeFile(join(directory, 'upper', 'f'), new Uint8Array(written))
      await writeFile(join(group, 'cgroup.kill'), '')
      await writeFile(
        join(directory, 'state', 'watch'),
        watchFile({
          group,
          counted: { pids: group, cpu: group },
          diskBytes,
          usedBytes: 0,
          sockets: { bytes: 0, transport: '', network: 'none' },
        }),
      )
      // Makes the measurement due immediately.
      await writeFile(join(directory, 'state', 'measured'), '0 0 0\n')
      await writeFile(join(directory, 'state', 'deadline'), `${uptimeAt(deadline, new Date())}\n`)
      return join(group, 'cgroup.kill')
    },
    // In its own process group, because a disk check runs beside it and may outlive it.
    start: () =>
      spawn('/bin/sh', [script, root], {
        env: { PATH: `${root}/bin:${process.env.PATH}` },
        stdio: 'inherit',
        detached: true,
      }),
  }
}

/** Ends the watchdog and its disk check, and removes the files that they watch. */
async function end(watchdog: ChildProcess, root: string): Promise<void> {
  const group = Number(watchdog.pid)
  const exited = once(watchdog, 'exit')
  process.kill(-group, 'SIGKILL')
  await exited
  await until(() => isGone(group))
  await rm(root, { recursive: true })
}

function isGone(group: number): boolean {
  try {
    process.kill(-group, 0)
    return false
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return true
    throw error
  }
}

const killed = (file: string) => readFile(file, 'utf8')
const later = (ms: number) => new Date(Date.now() + ms)

test('G01 deadlines are enforced while a slow disk is checked', async () => {
  const { root, sandbox, start } = await watched({ du: 'true >"$(dirname "$0")/looking"; exec sleep 1000' })
  const large = await sandbox('large', later(600_000), MiB, 0)
  const watchdog = start()
  try {
    await until(() => existsSync(join(root, 'bin', 'looking')))
    const due = await sandbox('due', later(0), MiB, 0)
    await until(
      () => killed(due),
      (text) => text === '1\n',
    )
    expect(await killed(large)).toBe('')
  } finally {
    await end(watchdog, root)
  }
})

test('a running command whose directory was removed is killed', async () => {
  const { root, sandbox, start } = await watched({ du: 'true >"$(dirname "$0")/looking"; exec sleep 1000' })
  const lost = await sandbox('lost', later(600_000), MiB, 0)
  const kept = await sandbox('kept', later(600_000), MiB, 0)
  const watchdog = start()
  try {
    // The watchdog checks disks after a scan.
    await until(() => existsSync(join(root, 'bin', 'looking')))
    await rm(join(root, 'sandboxes', 'lost'), { recursive: true })
    await until(
      () => killed(lost),
      (text) => text === '1\n',
    )
    expect(await killed(kept)).toBe('')
  } finally {
    await end(watchdog, root)
  }
})

test('G22 the disk check kills a command that wrote too much, and no others', async () => {
  const { root, sandbox, start } = await watched({})
  // Sandboxes are checked in the order of their names.
  const small = await sandbox('first-small', later(600_000), 2 * MiB, MiB)
  const large = await sandbox('then-large', later(600_000), 2 * MiB, 3 * MiB)
  expect(await bytesBelow([join(root, 'sandboxes', 'first-small', 'upper')])).toBeLessThan(2 * MiB)
  const watchdog = start()
  try {
    await until(
      () => killed(large),
      (text) => text === '1\n',
    )
    expect(await killed(small)).toBe('')
  } finally {
    await end(watchdog, root)
  }
})

test('G57 a command that was refused a thousand processes is limited to a tenth of a processor, with either version of control groups, and no command gets more than before', async () => {
  const { root, sandbox, start } = await watched({})
  const places = [
    ['bomb-v1', 1000, 'cpu.cfs_quota_us', '200000', '10000'],
    ['bomb-v2', 5000, 'cpu.max', 'max 100000', '10000'],
    ['few', 999, 'cpu.cfs_quota_us', '200000', '200000'],
    ['slow', 1000, 'cpu.cfs_quota_us', '5000', '5000'],
    ['slow-v2', 1000, 'cpu.max', '5000 100000', '5000 100000'],
  ] as const
  for (const [name, refused, file, quota] of places) {
    await sandbox(name, later(600_000), MiB, 0)
    const group = join(root, 'groups', name)
    await writeFile(join(group, 'pids.events'), `max ${refused}\n`)
    await writeFile(join(group, file), `${quota}\n`)
  }
  const due = await sandbox('then-this-one', later(0), MiB, 0)
  const watchdog = start()
  try {
    await until(
      () => killed(due),
      (text) => text === '1\n',
    )
    const quotas = places.map(([name, , file]) => readFile(join(root, 'groups', name, file), 'utf8'))
    expect((await Promise.all(quotas)).map((text) => text.trim())).toEqual(places.map(([, , , , wanted]) => wanted))
  } finally {
    await end(watchdog, root)
  }
})

test('G57 a command that grows like a fork bomb is limited, at first for seconds, and one with many threads is not', async () => {
  // With no processors, any number of tasks ready to run is a crowd.
  const { root, sandbox, start } = await watched({ nproc: 'echo 0' })
  const places = [
    ['bomb', '200000 100000', 50, ''],
    ['bomb-v1', '-1', 50, ''],
    ['bomb-third', 'max 100000', 50, '2 0\n'],
    ['threads', '200000 100000', 49, ''],
    ['narrow', '5000 100000', 50, ''],
  ] as const
  const quotaFile = (name: string) => join(root, 'groups', name, name === 'bomb-v1' ? 'cpu.cfs_quota_us' : 'cpu.max')
  const quotas = () => Promise.all(places.map(async ([name]) => (await readFile(quotaFile(name), 'utf8')).trim()))
  for (const [name, quota, processes, before] of places) {
    await sandbox(name, later(600_000), MiB, 0)
    await writeFile(join(root, 'groups', name, 'pids.events'), 'max 0\n')
    await writeFile(join(root, 'groups', name, 'cgroup.procs'), '1\n'.repeat(processes))
    await writeFile(join(root, 'sandboxes', name, 'state', 'slowed'), before)
    await writeFile(quotaFile(name), `${quota}\n`)
  }
  const slowed = (name: string) => readFile(join(root, 'sandboxes', name, 'state', 'slowed'), 'utf8')
  const watchdog = start()
  try {
    // A command that is limited grows no more, so its limit is lifted however late this test looks.
    const growing = new Set<string>(places.map(([name]) => name))
    let tasks = 0
    const grow = async () => {
      tasks += 50
      for (const [name, , , before] of places) if ((await slowed(name)) !== before) growing.delete(name)
      for (const name of growing) await writeFile(join(root, 'groups', name, 'pids.current'), `${tasks}\n`)
      return [...growing]
    }
    await until(grow, (names) => isDeepStrictEqual(names, ['threads', 'narrow']))
    await until(quotas, ([bomb, v1]) => bomb === '200000' && v1 === '-1')
    expect((await quotas()).slice(2)).toEqual(['10000', '200000 100000', '5000 100000'])
    expect(await Promise.all(['bomb', 'bomb-v1', 'bomb-third'].map(slowed))).toEqual(['1 0\n', '1 0\n', '3 0 max\n'])
  } finally {
    await end(watchdog, root)
  }
})
