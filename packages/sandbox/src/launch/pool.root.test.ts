import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findCgroupHome } from '../cgroups/home.ts'
import { openTestLayout } from '../layout/layout.test-support.ts'
import type { Layout } from '../layout/layout.ts'
import { hostSlot, isolatedSlot } from '../network/network-slot.ts'
import { firstId } from '../privilege/id-ranges.ts'
import type { NetworkMode } from '../sandbox-driver.ts'
import { kernelThread } from '../system/kernel/kernel-thread.ts'
import type { Launcher } from './launcher.ts'
import { LauncherPool } from './pool.ts'
import { PreforkServer } from './prefork-server.ts'

let layout: Layout
let preforkServer: PreforkServer
let pool: LauncherPool
const started: NetworkMode[] = []

beforeEach(async () => {
  layout = openTestLayout(join(await mkdtemp('/var/tmp/harmont-pool-'), 'driver'))
  const home = findCgroupHome()
  if (home === undefined) throw new Error('no control groups here')
  preforkServer = new PreforkServer(layout, home, kernelThread)
  started.length = 0
  pool = new LauncherPool(2, async (mode): Promise<Launcher> => {
    started.push(mode)
    return preforkServer.launch(mode === 'none' ? isolatedSlot : await hostSlot(layout), firstId)
  })
})
afterEach(async () => {
  await pool.close()
  await preforkServer.close()
  await rm(join(layout.root, '..'), { recursive: true })
})

it('keeps launchers ready for each requested network, even if requested together', async () => {
  const taken = await Promise.all([pool.take('none'), pool.take('host')])
  await expect.poll(() => started.toSorted()).toEqual(['host', 'host', 'host', 'none', 'none', 'none'])
  await Promise.all(taken.map((launcher) => launcher.discard()))
})

it('a waiting launcher has no error, and its later error explains why a sandbox could not be made', async () => {
  const launcher = await pool.take('none')
  const complaints = (await readdir(layout.launchers)).filter((name) => name.endsWith('.err'))
  expect(complaints).not.toEqual([])
  for (const name of complaints) expect(await readFile(join(layout.launchers, name), 'utf8')).toBe('')
  await launcher.discard()
})

it('a waiting launcher counts as ended once it has ended, or once its end could not be reported', async () => {
  const [killed, unwatched] = await Promise.all([pool.take('none'), pool.take('none')])
  process.kill(killed.pid, 'SIGKILL')
  await until(() => !killed.alive())
  expect(unwatched.alive()).toBe(true)
  const server = execFileSync('pgrep', ['-P', `${process.pid}`, '-f', `prefork-server.pl .*${layout.launchers} `])
  process.kill(Number(server), 'SIGKILL')
  await until(() => !unwatched.alive())
  await Promise.all([killed.discard(), unwatched.discard()])
})

it('the groups of a launcher that ended unused are removed by the process that forked it', async () => {
  const launcher = await preforkServer.launch(isolatedSlot, firstId)
  const { top, memory, pids, cpu } = launcher.groups
  process.kill(launcher.pid, 'SIGKILL')
  await until(() => !launcher.alive())
  // Like a dead driver, the server does not discard the launcher.
  await preforkServer.close()
  expect([top, memory, pids, cpu].filter(existsSync)).toEqual([])
  await launcher.discard()
})

it('the link and the ids of a discarded launcher are free only once nothing of it remains', async () => {
  const launcher = await pool.take('none')
  const isThere = [existsSync(launcher.groups.top)]
  launcher.afterDiscard(async () => void isThere.push(existsSync(launcher.groups.top)))
  await launcher.discard()
  expect(isThere).toEqual([true, false])
})
