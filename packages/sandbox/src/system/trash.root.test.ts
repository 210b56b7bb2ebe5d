import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { nest } from './nested-tree.test-support.ts'
import { Trash } from './trash.ts'

const root = mkdtempSync('/var/tmp/harmont-trash-')
const bin = join(root, 'trash')
let trash: Trash

beforeEach(() => {
  mkdirSync(bin, { recursive: true })
  trash = new Trash(bin)
})
afterAll(() => rmSync(root, { recursive: true }))

function tree(name: string): string {
  const path = join(root, name)
  mkdirSync(join(path, 'a', '* b'), { recursive: true })
  writeFileSync(join(path, 'a', '-rf'), '')
  return path
}

it('removes many trees at once, each completely, and ignores a missing one', async () => {
  const paths = Array.from({ length: 20 }, (_, at) => tree(`tree ${at}`))
  const kept = tree('kept')
  await Promise.all([...paths, join(root, 'absent')].map((path) => trash.remove(path)))
  expect(readdirSync(bin)).toEqual([])
  expect(readdirSync(root).sort()).toEqual(['kept', 'trash'])
  rmSync(kept, { recursive: true })
  await trash.close()
})

it('removes links without their targets, many files, and directories nested deeper than a path may be', async () => {
  const [linked, many, deep] = ['linked', 'many', 'deep'].map(tree) as [string, string, string]
  const kept = tree('kept')
  symlinkSync(kept, join(linked, 'folder'))
  symlinkSync(join(kept, 'a', '-rf'), join(linked, 'file'))
  for (let at = 0; at < 500; at++) writeFileSync(join(many, `${at}`), '')
  nest(deep)
  await Promise.all([linked, many, deep].map((path) => trash.remove(path)))
  expect(readdirSync(bin)).toEqual([])
  expect(readdirSync(join(kept, 'a')).sort()).toEqual(['* b', '-rf'])
  rmSync(kept, { recursive: true })
  await trash.close()
})

it('nothing remains under the old name after the request, whatever happens to this process', () => {
  const path = tree('doomed')
  const removed = trash.remove(path)
  expect(readdirSync(root)).toEqual(['trash'])
  return removed.then(() => trash.close())
})

/** Returns the running helpers, including those of other test files of this worker. */
function helpers(): readonly number[] {
  const { stdout } = spawnSync('pgrep', ['-P', `${process.pid}`, '-f', 'trash.pl'], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean).map(Number)
}

/** Returns the number of unread bytes of a process's stdin. */
function waitingBytes(pid: number): number {
  const sockets = execFileSync('ss', ['-xpnH'], { encoding: 'utf8' }).split('\n')
  const own = sockets.find((line) => line.includes(`pid=${pid},fd=0`))
  return Number(own?.trim().split(/\s+/)[2])
}

it('continues with another helper after a kill, which also removes earlier requested trees', async () => {
  const before = helpers()
  await trash.remove(tree('first'))
  const [helper = 0] = helpers().filter((pid) => !before.includes(pid))
  process.kill(helper, 'SIGSTOP')
  const removed = Promise.all([tree('second'), tree('third')].map((path) => trash.remove(path)))
  await until(() => waitingBytes(helper) > 0)
  process.kill(helper, 'SIGKILL')
  await removed
  expect(readdirSync(bin)).toEqual([])
  await trash.close()
})
