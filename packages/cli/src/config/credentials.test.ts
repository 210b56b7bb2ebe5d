import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Origin } from './config.ts'
import { Credentials } from './credentials.ts'

let home: string
let warnings: string[]
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'hm-credentials-'))
  warnings = []
})
afterEach(() => rm(home, { recursive: true }))

const file = () => join(home, 'hm', 'credentials.toml')
const open = (env: Record<string, string> = {}, apiUrlOrigin: Origin = { layer: 'default' }) =>
  new Credentials({ file: file(), env, apiUrlOrigin, warn: (line) => warnings.push(line) })

test('a token is used only for the server that it was stored for', async () => {
  await open().store('http://localhost:4000/', 'hm_a')
  await open().store('https://api.example.com', 'hm_b')
  expect(await open().token('http://localhost:4000')).toEqual({ token: 'hm_a', origin: 'file' })
  expect(await open().token('https://api.example.com/')).toEqual({ token: 'hm_b', origin: 'file' })
  expect(await open().token('https://evil.example.com')).toBeUndefined()
})

test('only the owner can read the file and its directory, and no other file is left there', async () => {
  await open().store('http://localhost:4000', 'hm_a')
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect((await stat(join(home, 'hm'))).mode & 0o777).toBe(0o700)
  expect(await readdir(join(home, 'hm'))).toEqual(['credentials.toml'])
})

test('narrows permissive file modes and warns', async () => {
  await open().store('http://localhost:4000', 'hm_a')
  await chmod(file(), 0o644)
  await open().token('http://localhost:4000')
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect(warnings).toEqual([expect.stringContaining(file())])
})

test('keeps the other entries of the file', async () => {
  await open().store('http://localhost:4000', 'hm_a')
  await writeFile(file(), `${await readFile(file(), 'utf8')}\n[entries.other]\nx = "y"\n`)
  await open().store('http://localhost:4000', 'hm_c')
  expect(await readFile(file(), 'utf8')).toMatch(/\[entries\.other\]\nx = "y"/)
})

test('removes an entry, and reports when there was none', async () => {
  await open().store('http://localhost:4000', 'hm_a')
  expect(await open().remove('http://localhost:4000')).toBe(true)
  expect(await open().token('http://localhost:4000')).toBeUndefined()
  expect(await open().remove('http://localhost:4000')).toBe(false)
})

test('HM_API_TOKEN takes precedence over the file', async () => {
  await open().store('http://localhost:4000', 'hm_a')
  expect(await open({ HM_API_TOKEN: 'hm_env\n' }).token('http://localhost:4000')).toEqual({
    token: 'hm_env',
    origin: 'HM_API_TOKEN',
  })
})

test('HM_API_TOKEN is not sent to a server that only the repository names', async () => {
  const project = { layer: 'project', name: '/repo/.hm/config.toml' } as const
  await expect(open({ HM_API_TOKEN: 'hm_env' }, project).token('https://evil.example.com')).rejects.toMatchObject({
    exit: 2,
    code: 'token_for_other_server',
  })
})

test.each(['a b', 'a\nX-Evil: 1', 'tökén', 'a\u0000'])(
  'refuses %j before it is sent or stored, and does not print it',
  async (token) => {
    await expect(open({ HM_API_TOKEN: token }).token('http://localhost:4000')).rejects.toMatchObject({
      exit: 2,
      message: expect.not.stringContaining(token),
    })
    await expect(open().store('http://localhost:4000', token)).rejects.toMatchObject({ exit: 2 })
  },
)

test.each([
  ['[entries\n', ':1: invalid TOML'],
  ['[entries]\nharmont-cloud = 3\n', ':2: entries.harmont-cloud must be a table'],
  ['[entries.harmont-cloud]\n"http://localhost:4000" = 3\n', ': the token of http://localhost:4000 must be a string'],
])('a malformed file %j is an error that names it', async (text, message) => {
  await open().store('http://localhost:4000', 'hm_a')
  await writeFile(file(), text)
  await expect(open().token('http://localhost:4000')).rejects.toMatchObject({
    exit: 2,
    message: expect.stringContaining(file() + message),
  })
  await expect(open().store('http://localhost:4000', 'hm_b')).rejects.toMatchObject({ exit: 2 })
  expect(await readFile(file(), 'utf8')).toBe(text)
})
