import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openDataDirectory } from './open-data-directory.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'harmont-data-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

test('a secret is generated once, even by concurrent calls, and only its owner can read it', async () => {
  const path = await folder()
  const directory = await openDataDirectory(join(path, 'not/yet/there'))
  const secrets = await Promise.all(Array.from({ length: 20 }, () => directory.secret('log-token')))
  expect(new Set(secrets).size).toBe(1)
  expect(secrets[0]).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(await directory.secret('cookie')).not.toBe(secrets[0])
  expect(await readdir(join(directory.path, 'secrets'))).toEqual(['cookie', 'log-token'])
  expect((await stat(join(directory.path, 'secrets/cookie'))).mode & 0o777).toBe(0o600)
})

test('the error for a data directory that cannot be created names it and its setting', async () => {
  await expect(openDataDirectory('/etc/passwd/harmont')).rejects.toThrow('HARMONT_DATA_DIR')
})
