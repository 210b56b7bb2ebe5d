import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Bench, command, finish } from '../../conformance/bench.ts'
import { filesWith, markedProcesses, newMark } from '../../conformance/machine.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import type { OciDriver } from '../driver/driver.ts'
import { openTestLayout } from './layout.test-support.ts'
import { type Layout, sandboxFiles } from './layout.ts'
import { removeOrphanedMemory } from './memory.ts'
import { isClearedAtLogout } from './own-memory.ts'
import {
  hasStateDirectory,
  makeStateDirectory,
  removeOrphanedStates,
  removeStateDirectory,
  removeVolatileState,
} from './state-directory.ts'

let root: string
let layout: Layout
beforeEach(async () => {
  root = mkdtempSync('/var/tmp/harmont-state-')
  layout = openTestLayout(join(root, 'driver'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

/** Makes a sandbox that consists only of its state directory. */
function placed(id: string, where: Layout = layout) {
  const files = sandboxFiles(where.sandboxes, id)
  mkdirSync(files.directory)
  makeStateDirectory(where, id, files)
  return files
}

const isOnDisk = (path: string) => lstatSync(path).isDirectory()

test('a driver finds an earlier driver’s compiled filters, complete files only', async () => {
  const filters = () => readdirSync(join(layout.crunState, '.cache/seccomp'))
  const driver = await openDriver(layout.root)
  const bench = await Bench.open(driver, 'host', join(root, 'bench'))
  const { sandbox } = await bench.run('true')
  await sandbox.destroy()
  const compiled = filters()
  expect(compiled).toHaveLength(1)
  await driver.close()
  expect(existsSync(layout.crunState)).toBe(false)
  writeFileSync(join(layout.root, 'filters', `${'0'.repeat(64)}.part`), 'cut off')
  const next = await openDriver(layout.root)
  expect(filters()).toEqual(compiled)
  await next.close()
})

test('G24 the next start removes in-memory state that a killed process left of destroyed sandboxes, and nothing else', () => {
  for (const id of ['alive', 'gone', 'removed']) {
    const files = placed(id)
    expect(isOnDisk(files.state)).toBe(false)
    writeFileSync(files.deadline, id)
    mkdirSync(join(layout.crunState, id), { recursive: true })
  }
  mkdirSync(join(layout.crunState, '.cache'))
  rmSync(sandboxFiles(layout.sandboxes, 'gone').directory, { recursive: true })
  removeOrphanedStates(layout)
  removeStateDirectory(layout, 'removed')
  removeStateDirectory(layout, 'removed')
  expect(readdirSync(join(layout.volatileState, 'states'))).toEqual(['alive'])
  expect(readdirSync(layout.crunState).sort()).toEqual(['.cache', 'alive'])
  expect(readFileSync(sandboxFiles(layout.sandboxes, 'alive').deadline, 'utf8')).toBe('alive')
  expect(hasStateDirectory(sandboxFiles(layout.sandboxes, 'removed'))).toBe(false)
})

test('ignores a directory that is on disk, belongs to another user or has little space; with little space it still keeps the exit status', () => {
  const disk = placed('disk', { ...layout, volatileState: join(root, 'passing') })
  expect([isOnDisk(disk.state), isOnDisk(disk.exitDirectory)]).toEqual([true, true])
  const theirs = join(layout.volatileState, 'theirs')
  mkdirSync(theirs, { mode: 0o755 })
  const other = placed('other', { ...layout, volatileState: theirs })
  expect([isOnDisk(other.state), isOnDisk(other.exitDirectory)]).toEqual([true, true])
  expect(readdirSync(theirs)).toEqual([])
  const small = join(root, 'small')
  mkdirSync(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=15m', 'harmont-small', small])
  try {
    const cramped = placed('cramped', { ...layout, volatileState: join(small, 'passing') })
    expect([isOnDisk(cramped.state), isOnDisk(cramped.exitDirectory)]).toEqual([true, false])
  } finally {
    execFileSync('umount', [small])
  }
})

test('an ordinary user’s tmpfs files are expected to end with the last logout if systemd tracks logins, except for lingering users', () => {
  const machine = join(root, 'machine')
  for (const folder of ['etc', 'var/lib/systemd/linger']) mkdirSync(join(machine, folder), { recursive: true })
  writeFileSync(join(machine, 'etc/passwd'), 'ann:x:1000:1000::/home/ann:/bin/sh\nci:x:999:999::/srv:/bin/sh\n')
  const cleared = () => [999, 1000, 1001].filter((user) => isClearedAtLogout(user, machine))
  expect(cleared()).toEqual([])
  mkdirSync(join(machine, 'run/systemd/users'), { recursive: true })
  expect(cleared()).toEqual([1000, 1001])
  writeFileSync(join(machine, 'var/lib/systemd/linger/ann'), '')
  expect(cleared()).toEqual([1001])
})

async function opened(): Promise<{ readonly driver: OciDriver; readonly bench: Bench }> {
  const driver = await openDriver(layout.root)
  return { driver, bench: await Bench.open(driver, 'host', layout.root) }
}

test('G24 closing a driver without sandboxes leaves nothing in memory, and a driver waiting for its directory works', async () => {
  const before = await opened()
  expect(await before.bench.print('echo one')).toBe('one\n')
  const waiting = openDriver(layout.root, { takenForMs: 60_000 })
  await before.driver.close()
  const driver = await waiting
  const bench = await Bench.open(driver, 'host', layout.root)
  expect(await bench.print('echo two')).toBe('two\n')
  await driver.close()
  expect([layout.volatileState, layout.memory].filter((path) => existsSync(path))).toEqual([])
})

test('removes nothing if there is a link to another directory', async () => {
  const theirs = join(root, 'theirs')
  for (const path of ['states/gone', 'secrets']) mkdirSync(join(theirs, path), { recursive: true })
  rmSync(layout.volatileState, { recursive: true })
  for (const link of [layout.volatileState, layout.memory]) symlinkSync(theirs, link)
  removeOrphanedStates(layout)
  removeStateDirectory(layout, 'gone')
  removeVolatileState(layout)
  await removeOrphanedMemory(layout)
  expect(readdirSync(theirs, { recursive: true }).sort()).toEqual(['secrets', 'states', 'states/gone'])
})

test.each(['the memory was cleared', 'the memory of how it ends was cleared', 'the machine was started anew'])(
  'G02 %s: a command that ran may have begun, cannot be adopted, and nothing of it is left',
  async (what) => {
    // Marked, because this test may run several times in parallel.
    const mark = newMark()
    const before = await opened()
    const { sandbox } = await before.bench.start(`sleep 1000.${mark}`)
    const { handle } = sandbox
    expect(await before.driver.mayHaveBegun(handle)).toBe(true)
    await before.driver.close()
    const { exitDirectory } = sandboxFiles(layout.sandboxes, handle.id)
    rmSync(what.includes('how it ends') ? exitDirectory : join(layout.volatileState, 'states', handle.id), {
      recursive: true,
    })
    if (what === 'the machine was started anew') {
      const { record } = sandboxFiles(layout.sandboxes, handle.id)
      const noted = JSON.parse(readFileSync(record, 'utf8')) as object
      writeFileSync(record, JSON.stringify({ ...noted, bootId: 'another' }))
    }
    const after = await opened()
    expect(await after.driver.list()).toEqual([handle])
    expect(await after.driver.mayHaveBegun(handle)).toBe(true)
    expect(await after.driver.adopt(handle)).toBeUndefined()
    expect(await markedProcesses(mark)).toEqual([])
    expect(await after.driver.list()).toEqual([])
    await after.driver.close()
    expect(existsSync(layout.volatileState)).toBe(false)
  },
)

test('a large configuration of a command is on the disk, and is removed once it has begun', async () => {
  const { driver, bench } = await opened()
  const env = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`LONG_${at}`, `told-${'x'.repeat(60_000)}`]))
  const sandbox = await bench.create()
  const files = sandboxFiles(layout.sandboxes, sandbox.handle.id)
  const running = await sandbox.start(command('printf %s "$LONG_7" | wc -c; sleep 2', { env }))
  expect(readFileSync(files.runtime, 'utf8')).toContain(`bundle='${files.directory}'`)
  expect(readFileSync(files.runtime, 'utf8')).toContain(files.largeState)
  for (const place of [layout.root, layout.volatileState]) expect(await filesWith('told-xxx', place)).toEqual([])
  expect(await finish(running)).toMatchObject({ stdout: '60005\n', exit: { code: 0 } })
  await sandbox.destroy()
  await driver.close()
})

test.each(['1m', 'none'])('commands run where /dev/shm has %s', async (size) => {
  const program = fileURLToPath(new URL('cramped-process.test-support.ts', import.meta.url))
  const shown = size === 'none' ? 'mount --bind /var/tmp /dev/shm' : `mount -t tmpfs -o size=${size} cramped /dev/shm`
  const child = spawn(
    'unshare',
    [
      '--mount',
      '--propagation=slave',
      'sh',
      '-c',
      `${shown} && exec "$@"`,
      'sh',
      process.execPath,
      program,
      layout.root,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect(JSON.parse(said)).toEqual({ stdout: 'in little room\n', code: 3, isOnDisk: true })
})
