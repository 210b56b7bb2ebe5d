import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeAbandoned, withStagingDirectory } from './staging.ts'

let store: string
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'harmont-staging-'))
})
afterEach(() => rm(store, { recursive: true }))

const namesIn = (folder: string) => readdir(join(store, folder))

test('G58 lock files and staging directories are removed, except of a key in use', async () => {
  await removeAbandoned(store)
  for (const key of ['a', 'b', 'c']) await withStagingDirectory(store, key, async () => undefined)
  await withStagingDirectory(store, 'in use', async (directory) => {
    await mkdir(join(store, 'staging', 'of-a-killed-process'))
    await removeAbandoned(store)
    expect(await namesIn('locks')).toEqual(await namesIn('staging'))
    expect(directory).toContain((await namesIn('locks'))[0])
  })
  await removeAbandoned(store)
  expect([await namesIn('locks'), await namesIn('staging')]).toEqual([[], []])
})

test('a lock file remains while a child of its holder may still write', async () => {
  const child = await withStagingDirectory(store, 'k', async (_, { fd }) =>
    spawn('cat', { stdio: ['pipe', 'ignore', 'inherit', fd] }),
  )
  await removeAbandoned(store)
  expect(await namesIn('locks')).toHaveLength(1)
  child.stdin?.end()
  await once(child, 'exit')
  await removeAbandoned(store)
  expect(await namesIn('locks')).toEqual([])
})
