import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hmProgram, hmSources, runHm } from './test-support/run-hm.ts'
import { runHmHere } from './test-support/run-hm-here.ts'
import { version } from './version.ts'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hm-line-'))
})
afterEach(() => rm(cwd, { recursive: true }))

test('every way to ask for the version prints the version of the package', async () => {
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  expect(manifest).toMatchObject({ version })
  for (const line of [['--version'], ['-V'], ['version'], ['-q', '--version']])
    expect(await runHm(line, { cwd })).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test('help as JSON covers all of hm, a group and a command', async () => {
  for (const [line, text] of [
    [[], 'Usage: hm COMMAND'],
    [['config', '-h'], 'Usage: hm config COMMAND'],
    [['help', 'config', 'set'], 'Usage: hm config set KEY VALUE'],
    [['config', 'set', '-h'], 'Usage: hm config set KEY VALUE'],
  ] as const)
    expect(await runHmHere(line, { cwd })).toMatchObject({ code: 0, stdout: expect.stringContaining(text), stderr: '' })
})

test('a usage error exits 2, with text on stderr and nothing on stdout', async () => {
  expect(await runHm(['verzion'], { cwd })).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: 'error[usage]: hm has no command "verzion"\nfix: did you mean hm version?\n',
  })
})

test('with --json an error is one line of JSON', async () => {
  const { code, stdout, stderr } = await runHmHere(['config', 'get', 'cloud.orgg', '--json'], { cwd })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(JSON.parse(stderr)).toEqual({
    error: { code: 'usage', message: '"cloud.orgg" is not a setting', fix: 'did you mean cloud.org?' },
  })
})

test('a group without a command prints its help', async () => {
  const help = await runHmHere(['config', '-h'], { cwd })
  expect(await runHmHere(['config'], { cwd })).toEqual(help)
  expect(help.stdout).toContain('config path')
})

test('without a terminal, colour requires its flag', async () => {
  const colored = '\u001b['
  expect((await runHmHere(['--color', 'always', 'help'], { cwd })).stdout).toContain(colored)
  expect((await runHmHere(['--color', 'always', 'help'], { cwd, env: { NO_COLOR: '1' } })).stdout).toContain(colored)
  expect((await runHm(['help'], { cwd, env: { FORCE_COLOR: '1' } })).stdout).not.toContain(colored)
  expect((await runHmHere(['--color=always', '--no-color', 'help'], { cwd })).stdout).not.toContain(colored)
})

test('sets, gets and lists a setting; -q prints only results', async () => {
  await mkdir(join(cwd, '.hm'))
  expect(await runHmHere(['config', 'set', 'default_pipeline', 'ci', '--project', '-q'], { cwd })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: '',
  })
  expect(await runHmHere(['config', 'get', 'default_pipeline'], { cwd })).toMatchObject({ code: 0, stdout: 'ci\n' })
  const { stdout } = await runHmHere(['config', 'list', '--json'], { cwd })
  expect(JSON.parse(stdout).data).toContainEqual({
    key: 'default_pipeline',
    value: 'ci',
    origin: { layer: 'project', name: join(cwd, '.hm', 'config.toml'), line: 1 },
  })
})

test('the project is the nearest parent directory with .hm, within the work tree', async () => {
  await mkdir(join(cwd, '.hm'))
  await mkdir(join(cwd, 'a', 'b'), { recursive: true })
  const project = async (directory: string, ...line: string[]) =>
    JSON.parse((await runHmHere(['config', 'path', '--json', ...line], { cwd: directory })).stdout).project
  expect(await project(join(cwd, 'a', 'b'))).toBe(join(cwd, '.hm', 'config.toml'))
  expect(await project(join(cwd, 'a', 'b'), '-d', '..')).toBe(join(cwd, 'a', '.hm', 'config.toml'))
  await mkdir(join(cwd, 'a', '.git'))
  expect(await project(join(cwd, 'a', 'b'))).toBe(join(cwd, 'a', 'b', '.hm', 'config.toml'))
})

test('a malformed configuration exits 2 for commands that need it, and others ignore it', async () => {
  await mkdir(join(cwd, '.hm'))
  await writeFile(join(cwd, '.hm', 'config.toml'), '[cloud\n')
  expect(await runHmHere(['config', 'list'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('.hm/config.toml:1'),
  })
  expect(await runHmHere(['help'], { cwd })).toMatchObject({ code: 0 })
})

test('an unforeseen error is exit 10, with a report that contains no argument', async () => {
  // Makes statSync throw, a defect that no command expects.
  const crash = join(cwd, 'crash.mjs')
  await writeFile(
    crash,
    `import fs from 'node:fs'; import module from 'node:module'
    const { statSync } = fs
    fs.statSync = (path, options) => {
      if (String(path).startsWith(${JSON.stringify(cwd)})) throw new TypeError('boom')
      return statSync(path, options)
    }
    module.syncBuiltinESMExports()`,
  )
  const { code, stderr } = await runHm(['config', 'get', 'cloud.org', '--org', 's3cret'], {
    cwd,
    nodeFlags: ['--import', pathToFileURL(crash).href],
  })
  expect({ code, stderr }).toEqual({
    code: 10,
    stderr: expect.stringContaining('error[defect]: this is a bug in hm: boom'),
  })
  const directory = join(cwd, '.cache', 'hm', 'reports')
  const [report = ''] = await readdir(directory)
  expect(stderr).toContain(join(directory, report))
  const text = await readFile(join(directory, report), 'utf8')
  expect(text).toContain('command: hm config get')
  expect(text).toContain('TypeError: boom')
  expect(text).not.toContain('s3cret')
  expect((await stat(join(directory, report))).mode & 0o777).toBe(0o600)
})

test('HM_DEBUG=trace writes a file and prints where', async () => {
  const { code, stderr } = await runHm(['version'], { cwd, env: { HM_DEBUG: 'trace' } })
  const file = /trace: (.*)\n/.exec(stderr)?.[1] ?? ''
  expect(code).toBe(0)
  expect(await readFile(file, 'utf8')).toMatch(/command: hm version\n.*exit 0\n$/s)
})

test('-v prints the steps that hm takes', async () => {
  expect((await runHm(['version', '-v'], { cwd })).stderr).toContain('debug: command: hm version')
})

/** Runs the program with a hook that records the address of each loaded module. */
async function loadedBy(program: string, ...line: string[]): Promise<string[]> {
  const list = join(cwd, 'loaded.txt')
  const hook = join(cwd, 'hook.mjs')
  await writeFile(
    hook,
    `import { appendFileSync } from 'node:fs'; import { registerHooks } from 'node:module'
    registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(list)}, url + '\\n'); return next(url, context) } })`,
  )
  await writeFile(list, '')
  await runHm(line, { cwd, nodeFlags: ['--import', pathToFileURL(hook).href], program })
  return (await readFile(list, 'utf8')).split('\n').filter((url) => url.startsWith('file:'))
}

test('--version loads one module: the launcher', async () => {
  expect(await loadedBy(hmProgram, '--version')).toEqual([expect.stringMatching(/bin\/hm\.js$/)])
})

test('a command loads its own code and nothing that only other commands need', async () => {
  const help = await loadedBy(hmSources, 'help')
  expect(help.filter((url) => url.includes('/node_modules/'))).toEqual([])
  const ofHelp = /\/src\/([\w-]+\.ts|(command-line|process|specs|terminal|container)\/)/
  expect(help.filter((url) => url.includes('packages/cli/src/') && !ofHelp.test(url))).toEqual([])
  const list = await loadedBy(hmSources, 'config', 'list')
  expect(list.some((url) => url.includes('smol-toml'))).toBe(true)
  expect(list.filter((url) => /@clack|write-setting|credentials/.test(url))).toEqual([])
  const sent = await loadedBy(hmSources, 'run', '--cloud')
  expect(sent.some((url) => url.endsWith('/builds/run-cloud.ts'))).toBe(true)
  expect(sent.filter((url) => /packages\/(sandbox|engine)\//.test(url))).toEqual([])
})

test('hm plugin list reports that there are no plugins', async () => {
  const plugins = 'hm has no plugins: local and cloud runs are built in\n'
  expect(await runHmHere(['plugin', 'list'], { cwd })).toMatchObject({ code: 0, stdout: '', stderr: plugins })
  expect(await runHmHere(['plugin', 'list', '--json'], { cwd })).toMatchObject({ code: 0, stdout: '{"data":[]}\n' })
})
