import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { localHome } from '../records/home.ts'
import { type ChangeWatch, watchChanges } from './watch-source.ts'

const nobody = 65_534

function makeProject(): { readonly project: string; readonly watch: ChangeWatch } {
  const folder = mkdtempSync('/var/tmp/hm-watch-')
  const project = join(folder, 'project')
  mkdirSync(join(project, 'assets'), { recursive: true })
  writeFileSync(join(project, 'assets/a'), 'a')
  writeFileSync(join(project, '.hmignore'), 'data\n')
  const home = localHome(join(folder, 'cache'))
  mkdirSync(home.sources, { recursive: true })
  const watch = watchChanges(home, project, () => {})
  onTestFinished(() => {
    watch.close()
    rmSync(folder, { recursive: true })
  })
  execFileSync('chown', ['--recursive', String(nobody), folder])
  return { project, watch }
}

const { signal } = new AbortController()

test('a folder that becomes a file is a change', async () => {
  const { project, watch } = makeProject()
  const { digest } = await watch.next(null, signal)
  // Both happen before the watcher hears of the first.
  rmSync(join(project, 'assets'), { recursive: true })
  writeFileSync(join(project, 'assets'), '')
  expect((await watch.next(digest, signal)).digest).not.toBe(digest)
})

test('an ignored folder of another user does not end the watch', async () => {
  const { project, watch } = makeProject()
  // Root may read every folder.
  process.seteuid?.(nobody)
  onTestFinished(() => process.seteuid?.(0))
  const { digest } = await watch.next(null, signal)
  const next = watch.next(digest, signal)
  mkdirSync(join(project, 'data'))
  chmodSync(join(project, 'data'), 0o000)
  mkdirSync(join(project, 'later'))
  writeFileSync(join(project, 'later/b'), 'b')
  expect((await next).digest).not.toBe(digest)
})
