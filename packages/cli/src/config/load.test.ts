import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ConfigSources, loadConfig } from './load.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'hm-config-'))
  await mkdir(join(home, 'project', '.hm'), { recursive: true })
  await mkdir(join(home, 'user'))
})
afterEach(() => rm(home, { recursive: true }))

const userFile = () => join(home, 'user', 'config.toml')
const projectFile = () => join(home, 'project', '.hm', 'config.toml')
const load = (more: Partial<ConfigSources> = {}) =>
  loadConfig({
    userDirectory: join(home, 'user'),
    projectDirectory: join(home, 'project'),
    env: {},
    flags: {},
    ...more,
  })

test('without files every setting has its default', async () => {
  const config = await load()
  expect(config.get('cloud.api_url')).toBe('http://localhost:4000')
  expect(config.get('cache.max_gb')).toBe(20)
  expect(config.origin('backend')).toEqual({ layer: 'default' })
})

test('each layer overrides the ones below it, and each value names its origin', async () => {
  await writeFile(userFile(), '[cloud]\norg = "a"\n')
  expect((await load()).origin('cloud.org')).toEqual({ layer: 'user', name: userFile(), line: 2 })
  await writeFile(projectFile(), '\n\ncloud.org = "b"\n')
  const project = await load()
  expect([project.get('cloud.org'), project.origin('cloud.org')]).toEqual([
    'b',
    { layer: 'project', name: projectFile(), line: 3 },
  ])
  const nested = await load({ env: { HM_CLOUD__ORG: 'c' } })
  expect([nested.get('cloud.org'), nested.origin('cloud.org')]).toEqual([
    'c',
    { layer: 'environment', name: 'HM_CLOUD__ORG' },
  ])
  expect((await load({ env: { HM_CLOUD__ORG: 'c', HM_ORG: 'd' } })).get('cloud.org')).toBe('d')
  const flag = await load({ env: { HM_ORG: 'd' }, flags: { '--org': 'e' } })
  expect([flag.get('cloud.org'), flag.origin('cloud.org')]).toEqual(['e', { layer: 'flag', name: '--org' }])
})

test('reads former names', async () => {
  await writeFile(userFile(), 'domain = "api.example.com"\norg = "acme"\n[backend]\ntype = "docker"\n')
  const config = await load()
  expect(config.get('cloud.api_url')).toBe('https://api.example.com')
  expect(config.get('cloud.org')).toBe('acme')
  expect(config.get('backend')).toBe('local')
  expect(config.appUrl).toBe('https://app.example.com')
})

test('an empty variable counts as unset', async () => {
  expect((await load({ env: { HM_ORG: '', HM_API_URL: '' } })).get('cloud.org')).toBeUndefined()
})

test('the application’s URL is HM_APP_URL, or else derived from the API’s', async () => {
  expect((await load({ env: { HM_APP_URL: 'https://x.test/' } })).appUrl).toBe('https://x.test')
  expect((await load({ env: { HM_API_URL: 'http://localhost:4000/' } })).appUrl).toBe('http://localhost:4000')
})

test.each([
  ['[cloud\n', 1, 'invalid TOML'],
  ['a = 1\nb = \n', 2, 'invalid TOML'],
  ['# x\n[cache]\nmax_gb = "lots"\n', 3, 'cache.max_gb must be a number above 0, in GiB; got "lots"'],
  ['cache = { max_gb = -1 }\n', 1, 'cache.max_gb must be a number above 0, in GiB; got -1'],
  ['[cloud]\napi_url = "ftp://x"\n', 2, 'cloud.api_url must be the http or https address'],
  ['[cloud]\napi_url = "https://me:pw@x"\n', 2, 'cloud.api_url must be the http or https address'],
  ['[backend]\ntype = "moon"\n', 2, 'backend.type must be local, docker'],
  ['[cloud]\norg = ["a"]\n', 2, 'cloud.org must be the slug of an organization; got a list'],
  ['x = """\n[cloud]\norg = 1\n"""\n[cloud]\norg = 2\n', 6, 'cloud.org must be the slug of an organization; got 2'],
])('%j is refused with file, line %d and key', async (text, line, message) => {
  await writeFile(projectFile(), text)
  await expect(load()).rejects.toMatchObject({
    exit: 2,
    message: expect.stringContaining(`${projectFile()}:${line}: ${message}`),
  })
})

test('a bad value is refused even when another layer overrides it', async () => {
  await writeFile(userFile(), 'backend = "moon"\n')
  await expect(load({ env: { HM_BACKEND: 'local' } })).rejects.toMatchObject({ exit: 2 })
})

test.each([
  [{ env: { HM_CACHE__MAX_GB: 'x' } }, 'the variable HM_CACHE__MAX_GB must be a number above 0'],
  [{ flags: { '--api-url': 'x y' } }, '--api-url must be the http or https address'],
])('%j is refused by its name', async (more, message) => {
  await expect(load(more)).rejects.toMatchObject({ exit: 2, message: expect.stringContaining(message) })
})

test('a file that is not text is refused', async () => {
  await writeFile(userFile(), Buffer.from([0x61, 0xff, 0xfe]))
  await expect(load()).rejects.toMatchObject({ exit: 2, message: expect.stringContaining(userFile()) })
})

test('lists unknown keys', async () => {
  await writeFile(projectFile(), '[cloud]\nogr = "x"\n')
  expect((await load()).unknown).toEqual([{ file: projectFile(), line: 2, key: 'cloud.ogr' }])
})

test('writes one key, keeps the file’s mode, and reads the key back', async () => {
  await writeFile(projectFile(), '# mine\n[cloud]\norg = "a" # keep\n', { mode: 0o640 })
  await (await load()).set('project', 'cloud.org', 'b')
  expect(await readFile(projectFile(), 'utf8')).toBe('# mine\n[cloud]\norg = "b" # keep\n')
  expect((await stat(projectFile())).mode & 0o777).toBe(0o640)
  expect((await load()).get('cloud.org')).toBe('b')
})

test('a new value goes into an existing older table and loses nothing', async () => {
  await writeFile(projectFile(), '[backend]\ntype = "local"\n')
  await (await load()).set('project', 'backend', 'cloud')
  expect((await load()).get('backend')).toBe('cloud')
})

test('refuses to write a value that the key does not allow', async () => {
  await expect((await load()).set('user', 'cache.max_gb', '-3')).rejects.toMatchObject({ exit: 2 })
  await expect(stat(userFile())).rejects.toMatchObject({ code: 'ENOENT' })
})

test('only the owner can read the new user file', async () => {
  await (await load()).set('user', 'cache.max_gb', '3')
  expect((await stat(userFile())).mode & 0o777).toBe(0o600)
})
