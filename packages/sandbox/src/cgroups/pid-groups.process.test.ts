import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { endGroup, isPopulated } from './cgroups.ts'
import { makePidGroup } from './pid-groups.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'harmont-groups-'))
})
afterEach(() => rmSync(root, { recursive: true }))

it('G56 all processes of a group end if its launcher is killed before its monitor has replaced it', async () => {
  const slot = `${process.pid}-0123abcd`
  const top = join(root, 'pid-groups', 'harmont-01234567', slot)
  const groups = makePidGroup(top)
  // conmon forks the monitor first, and then records its id.
  const [launcher, monitor] = ['launcher', 'monitor'].map((name) =>
    spawn('sh', ['-c', 'echo; read -r line', name, top], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const both = [launcher, monitor].map(async (child) => child && (await once(child.stdout, 'data')))
  await Promise.all(both)
  writeFileSync(join(top, 'first'), `${launcher?.pid}\n`)
  const ends = [launcher, monitor].map(async (child) => child && (await once(child, 'exit'))[1])
  await endGroup(groups.top)
  expect(await isPopulated(groups.top)).toBe(false)
  expect(await Promise.all(ends)).toEqual(['SIGKILL', 'SIGKILL'])
})
