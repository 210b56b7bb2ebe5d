import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Bench, command } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import { processesOf } from '../cgroups/cgroups.ts'
import { sandboxFiles } from '../layout/layout.ts'
import type { SandboxHandle } from '../sandbox-driver.ts'
import type { OciDriver } from './driver.ts'
import { readRecord } from './record.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync('/var/tmp/harmont-begun-')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Lets another process make a sandbox, kills it, and freezes its launcher. */
async function stoppedLauncher() {
  const module = (name: string): string => new URL(name, import.meta.url).href
  const program = fileURLToPath(module('../../conformance/other-process.ts'))
  const child = spawn(
    process.execPath,
    [program, module('../../conformance/test-driver.ts'), directory, 'host', 'created', ''],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const [handle] = JSON.parse(line.toString()) as readonly [SandboxHandle]
  const files = sandboxFiles(join(directory, 'sandboxes'), handle.id)
  const record = readRecord(files.record)
  const [launcher = 0] = record === undefined ? [] : await processesOf(record.groups.payload)
  process.kill(launcher, 'SIGSTOP')
  // Written before the start command is sent.
  writeFileSync(files.started, JSON.stringify({ startedAt: new Date().toISOString(), usedBytes: 0 }))
  child.kill('SIGKILL')
  await once(child, 'exit')
  return { handle, launcher, files }
}

/** Fails if `asked` is answered before another sandbox has run a command. */
async function isStillAsking(driver: OciDriver, asked: Promise<boolean>): Promise<void> {
  const bench = await Bench.open(driver, 'host', directory)
  expect(await bench.print('echo ran')).toBe('ran\n')
  expect(await Promise.race([asked, 'asking'])).toBe('asking')
}

test('G02 a command whose start was recorded but never sent has not begun, even if its launcher has not noticed', async () => {
  const { handle, launcher } = await stoppedLauncher()
  const driver = await openDriver(directory)
  const asked = driver.mayHaveBegun(handle)
  await isStillAsking(driver, asked)
  process.kill(launcher, 'SIGCONT')
  expect(await asked).toBe(false)
  expect(await driver.adopt(handle)).toBeUndefined()
  expect(await driver.list()).toEqual([])
  await driver.close()
})

test('G02 a command that has not begun stays known as such across crashes, until another begins under its id', async () => {
  const { handle, launcher } = await stoppedLauncher()
  process.kill(launcher, 'SIGCONT')
  const first = await openDriver(directory)
  expect(await first.mayHaveBegun(handle)).toBe(false)
  await first.clearUnbegun(handle)
  await first.close()
  const driver = await openDriver(directory)
  expect(await driver.list()).toEqual([{ id: handle.id, label: {} }])
  expect(await driver.mayHaveBegun(handle)).toBe(false)
  const bench = await Bench.open(driver, 'host', directory)
  const sandbox = await bench.create({ id: handle.id })
  expect(await driver.mayHaveBegun(handle)).toBe(false)
  await sandbox.start(command('sleep 600'))
  expect(await driver.mayHaveBegun(handle)).toBe(true)
  await sandbox.destroy()
  expect(await driver.mayHaveBegun(handle)).toBe(true)
  expect(await driver.list()).toEqual([])
  await driver.close()
})

test('G02 the record of a command that has not begun is removed by the process that adopts it to end it', async () => {
  const driver = await openDriver(directory)
  const handle = { id: 'never-made', label: {} }
  await driver.clearUnbegun(handle)
  expect(await driver.adopt(handle)).toBeUndefined()
  expect(await driver.list()).toEqual([])
  expect(await driver.mayHaveBegun(handle)).toBe(true)
  await driver.close()
})

test('G02 a command whose start was sent may have begun, unless something proves otherwise', async () => {
  const { handle, launcher, files } = await stoppedLauncher()
  const driver = await openDriver(directory)
  const asked = driver.mayHaveBegun(handle)
  await isStillAsking(driver, asked)
  writeFileSync(files.sync, '')
  expect(await asked).toBe(true)
  process.kill(launcher, 'SIGCONT')
  await (await driver.adopt(handle))?.destroy()
  await driver.close()
})
