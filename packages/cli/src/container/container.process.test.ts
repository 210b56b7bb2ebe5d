import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SettingKey } from '../config/settings.ts'
import { commands, specs } from '../specs/index.ts'
import { runHm } from '../test-support/run-hm.ts'
import { isLocal, runsInContainer } from './chosen.ts'
import { isDead, ownClient } from './docker.ts'
import { type ContainerFacts, dockerArguments } from './docker-arguments.ts'
import { findMounts, outermost } from './mounts.ts'
import { passedVariables, settingVariables } from './variables.ts'

let home: string
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'hm-container-')))
})
afterEach(() => rmSync(home, { recursive: true }))

test('commands that use sandboxes or their results are local', () => {
  const local = commands.map(({ name }) => name).filter(isLocal)
  expect(local).toEqual(expect.arrayContaining(['run', 'watch', 'retry', 'logs', 'cache ls', 'image import']))
  for (const name of ['render', 'pipelines', 'init', 'login', 'build list', 'config get'] as const)
    expect(isLocal(name)).toBe(false)
})

test('chooses the user of the container', () => {
  const mac = { platform: 'darwin', driver: undefined, backend: 'local', flags: {} } as const
  const linux = { ...mac, platform: 'linux' } as const
  for (const [name, asked, isInside] of [
    ['run', mac, true],
    ['run', linux, false],
    ['run', { ...linux, driver: 'oci' }, false],
    ['run', { ...linux, driver: 'docker' }, true],
    ['run', { ...mac, platform: 'win32' }, false],
    ['run', { ...mac, flags: { cloud: true } }, false],
    ['run', { ...mac, backend: 'cloud' }, false],
    ['run', { ...mac, backend: 'cloud', flags: { backend: 'local' } }, true],
    ['run', { ...mac, flags: { backend: 'docker' } }, true],
    ['run', { ...mac, flags: { backend: 'cloud' } }, false],
    ['watch', { ...mac, backend: 'cloud' }, true],
    ['logs', mac, true],
    ['logs', { ...mac, flags: { pipeline: 'ci' } }, false],
    ['retry', { ...mac, flags: { pipeline: 'ci' } }, false],
  ] as const)
    expect({ name, asked, isInside: runsInContainer(name, asked) }).toEqual({ name, asked, isInside })
})

const facts: ContainerFacts = {
  name: 'hm-1-a',
  client: '1@here',
  image: 'harmont/hm:1',
  network: undefined,
  line: ['run', 'ci', '-e', 'A=b c'],
  workingDirectory: '/w/sub',
  mounts: [{ path: '/w', readOnly: false }],
  passed: ['CI'],
  variables: {},
  isTerminal: false,
  hasInput: false,
  hasHybridGroups: false,
}

test('builds the whole command line for Docker', () => {
  expect(dockerArguments(facts)).toEqual([
    'run',
    '--rm',
    '--pull=never',
    '--privileged',
    '--pid=host',
    '--name=hm-1-a',
    '--label=harmont.client=1@here',
    '--mount=type=volume,source=harmont-cache,target=/var/cache/hm',
    '--mount=type=bind,source=/w,target=/w',
    '--workdir=/w/sub',
    '--env=CI',
    '--env=HM_SANDBOX=oci',
    '--env=HM_CACHE_DIR=/var/cache/hm',
    'harmont/hm:1',
    'run',
    'ci',
    '-e',
    'A=b c',
  ])
})

test('each fact adds its options to the command line', () => {
  for (const [more, added] of [
    [{ isTerminal: true, hasInput: true }, ['--interactive', '--tty']],
    [{ hasInput: true }, ['--interactive']],
    [{ network: 'none' }, ['--network=none']],
    [{ hasHybridGroups: true }, ['--cgroupns=host', '--mount=type=bind,source=/sys/fs/cgroup,target=/sys/fs/cgroup']],
    [{ variables: { HM_A: '1' } }, ['--env=HM_A=1']],
  ] as const)
    expect(dockerArguments({ ...facts, ...more }).filter((each) => !dockerArguments(facts).includes(each))).toEqual(
      added,
    )
})

test('a path with a comma or a quote stays one path, and a named file is mounted read-only', () => {
  const mounts = [{ path: '/a,"b"', readOnly: true }]
  expect(dockerArguments({ ...facts, mounts })).toContain(
    '--mount=type=bind,"source=/a,""b""","target=/a,""b""",readonly',
  )
})

test('no variable of the user moves the volume or starts a nested container', () => {
  const args = dockerArguments({ ...facts, variables: { HM_SANDBOX: 'docker', HM_CACHE_DIR: '/x' } })
  expect(args.filter((each) => /HM_SANDBOX|HM_CACHE_DIR/.test(each))).toEqual([
    '--env=HM_SANDBOX=oci',
    '--env=HM_CACHE_DIR=/var/cache/hm',
  ])
})

test('passes the variables that hm reads and those named by the user, but no credentials', () => {
  const env = {
    PATH: '/bin',
    HOME: '/root',
    AWS_SECRET_ACCESS_KEY: 'x',
    DOCKER_HOST: 'unix:///x',
    HM_API_TOKEN: 'x',
    HM_SANDBOX: 'docker',
    HM_CACHE_DIR: '/c',
    HM_RUN_ENV_A: '1',
    HM_PREFERENCES__FORMAT: 'json',
    CI: '1',
    TERM: 'xterm',
    DEPLOY: 's',
    GONE: undefined,
  }
  expect(passedVariables(env, [])).toEqual(['CI', 'HM_PREFERENCES__FORMAT', 'HM_RUN_ENV_A', 'TERM'])
  expect(passedVariables(env, ['DEPLOY', 'GONE', 'HM_API_TOKEN'])).toContain('DEPLOY')
  expect(passedVariables(env, ['DEPLOY', 'GONE', 'HM_API_TOKEN'])).not.toContain('HM_API_TOKEN')
  expect(passedVariables(env, ['GONE'])).not.toContain('GONE')
})

test("passes the user's settings as variables; project settings are read inside, except those of a server", () => {
  const layers: Partial<Record<SettingKey, 'user' | 'project'>> = {
    'cache.max_gb': 'user',
    'sandbox.image_fallback': 'project',
    'cloud.org': 'user',
    'sandbox.driver': 'user',
  }
  const config = {
    get: (key: SettingKey) => (key === 'cache.max_gb' ? 7 : 'host'),
    origin: (key: SettingKey) => ({ layer: layers[key] ?? 'default' }) as const,
  }
  expect(settingVariables(config as never)).toEqual({ HM_CACHE__MAX_GB: '7' })
})

test('mounts the outermost of nested paths, once', () => {
  const at = (path: string) => ({ path, readOnly: false })
  expect(outermost([at('/a/b'), at('/a'), at('/a'), at('/ab'), at('/a/..c')])).toEqual([at('/a'), at('/ab')])
})

test('mounts the work tree, its repository, and the files and directories of the command line', async () => {
  const tree = join(home, 'tree')
  const linked = join(home, 'linked')
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', tree, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { stdio: 'pipe' })
  mkdirSync(join(tree, 'project'), { recursive: true })
  writeFileSync(join(tree, 'project', 'a'), '')
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'a')
  git('worktree', 'add', '-q', linked)
  writeFileSync(join(home, 'outside.env'), '')
  const nothing = { flags: {}, args: {} }
  expect(await findMounts(join(tree, 'project'), tree, specs.run, nothing)).toEqual([{ path: tree, readOnly: false }])
  expect(await findMounts(join(linked, 'project'), linked, specs.run, nothing)).toEqual([
    { path: linked, readOnly: false },
    { path: join(tree, '.git'), readOnly: false },
  ])
  const given = { flags: { envFile: ['../outside.env', 'project/a'] }, args: {} }
  expect(await findMounts(tree, tree, specs.run, given)).toEqual([
    { path: tree, readOnly: false },
    { path: join(home, 'outside.env'), readOnly: true },
  ])
  const saved = { flags: {}, args: { directory: join(home, 'new') } }
  expect(await findMounts(tree, tree, specs['cache save'], saved)).toEqual([{ path: home, readOnly: false }])
})

test('a container belongs to a dead client only when that client ran on this machine', () => {
  expect(isDead(ownClient())).toBe(false)
  const gone = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim()
  expect(isDead(`${gone}@${hostname()}`)).toBe(true)
  expect(isDead(`${gone}@elsewhere`)).toBe(false)
  expect(isDead('what')).toBe(false)
})

test('without Docker, exits 4 and explains the fix', async () => {
  mkdirSync(join(home, '.hm'))
  const env = { HM_SANDBOX: 'docker', PATH: '/nowhere' }
  expect(await runHm(['run', 'ci'], { cwd: home, env })).toMatchObject({
    code: 4,
    stdout: '',
    stderr:
      'error[no_sandboxes]: steps on this machine need a container, and docker is not installed\nfix: install Docker\n',
  })
})
