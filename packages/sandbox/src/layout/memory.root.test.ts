import { mkdtempSync, rmSync } from 'node:fs'
import { chmod, chown, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openTestLayout } from './layout.test-support.ts'
import type { Layout } from './layout.ts'
import { fillMemory, makeMemory, memoryFiles, readMemo, removeMemory, removeOrphanedMemory } from './memory.ts'

const root = mkdtempSync('/var/tmp/harmont-memory-')
let layout: Layout
afterEach(() => {
  rmSync(layout.memory, { recursive: true, force: true })
  rmSync(root, { recursive: true, force: true })
})

test('G24 the next start removes leftovers of destroyed sandboxes after a kill, and nothing else', async () => {
  layout = openTestLayout(join(root, 'driver'))
  await removeOrphanedMemory(layout)
  for (const id of ['alive', 'gone']) {
    makeMemory(layout, id, 0)
    fillMemory(layout, id, { secrets: { TOKEN: id }, memo: `memo ${id}`, rootId: 0 })
  }
  await mkdir(join(layout.sandboxes, 'alive'))
  await removeOrphanedMemory(layout)
  expect(await readdir(layout.memory)).toEqual(['alive'])
  expect(readMemo(layout, 'alive')).toBe('memo alive')
  expect(await readFile(join(memoryFiles(layout, 'alive').secrets, 'TOKEN'), 'utf8')).toBe('alive')
  removeMemory(layout, 'alive')
  removeMemory(layout, 'alive')
  await expect(readdir(layout.memory)).rejects.toThrow('ENOENT')
  makeMemory(layout, 'gone', 0)
  await removeOrphanedMemory(layout)
  await expect(readdir(layout.memory)).rejects.toThrow('ENOENT')
})

test('a directory on a disk is refused, and nothing is written to it', async () => {
  layout = { ...openTestLayout(join(root, 'driver')), memory: join(root, 'disk') }
  expect(() => makeMemory(layout, 'a', 0)).toThrow('tmpfs')
  expect(await readdir(layout.memory)).toEqual([])
})

test('a directory that another user made or can read is refused', async () => {
  layout = openTestLayout(join(root, 'driver'))
  await mkdir(layout.memory, { mode: 0o755 })
  expect(() => makeMemory(layout, 'a', 0)).toThrow('belongs to another user')
  await chmod(layout.memory, 0o700)
  await chown(layout.memory, 65_534, 65_534)
  expect(() => makeMemory(layout, 'a', 0)).toThrow('belongs to another user')
  await rm(layout.memory, { recursive: true })
  await symlink('/root', layout.memory)
  expect(() => makeMemory(layout, 'a', 0)).toThrow('belongs to another user')
})

test('a name that leads outside is refused', async () => {
  layout = openTestLayout(join(root, 'driver'))
  makeMemory(layout, 'a', 0)
  for (const name of ['../x', '', 'a/b', '.'])
    expect(() => fillMemory(layout, 'a', { secrets: { [name]: 'x' }, memo: '', rootId: 0 }), name).toThrow(
      'not a secret name',
    )
})
