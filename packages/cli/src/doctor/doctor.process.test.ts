import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeTree } from '@harmont/outside/remove-tree'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { linkImages } from '@harmont/outside/shared-images'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Check } from './check.ts'

const hm = fileURLToPath(new URL('../../../../node_modules/.bin/hm', import.meta.url))

let home: string
let project: string
beforeEach(() => {
  home = mkdtempSync('/var/tmp/hm-doctor-')
  project = join(home, 'project')
  mkdirSync(join(project, '.hm'), { recursive: true })
  linkImages(join(home, 'cache', 'local', 'images'))
  linkCompiled(join(home, 'cache'))
  writeFileSync(
    join(project, '.hm', 'ci.ts'),
    "import { pipeline, sh } from '@harmont/hm'\nexport default { slug: 'ci', pipeline: () => pipeline([sh('true')]) }\n",
  )
})
afterEach(() => removeTree(home))

async function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(program, args, {
    cwd: project,
    env: { PATH: process.env.PATH ?? '', HOME: home, HM_CACHE_DIR: join(home, 'cache'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

async function checks(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await run(hm, ['doctor', '--json', ...args], env)
  const { data } = JSON.parse(stdout || stderr) as { readonly data: readonly Check[] }
  return { code, of: (name: string) => data.find((check) => check.name === name) }
}

it('runs a step on a machine with working sandboxes', async () => {
  const { code, stdout } = await run(hm, ['doctor'])
  expect(stdout).toMatch(/^ {2}ok {7}a real step {7}printed its line after \d+ ms$/m)
  expect(stdout).toMatch(/^ {2}ok {7}pipelines {9}ci; rendered in \d+ ms$/m)
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(code, stdout).toBe(0)
})

it('exits 9 for a pipeline that does not load, and names its line', async () => {
  writeFileSync(join(project, '.hm', 'ci.ts'), "\nthrow new Error('not today')\n")
  const { code, of } = await checks()
  expect(of('pipelines')).toMatchObject({ status: 'failure', found: expect.stringContaining('.hm/ci.ts:2: not today') })
  expect(code).toBe(9)
})

it('names the runtime of the steps, reports that runsc needs root, and refuses an unknown runtime', async () => {
  const known = await checks([], { HARMONT_OCI_RUNTIME: 'runsc' })
  const isRoot = process.getuid?.() === 0
  expect(known.of('driver')).toMatchObject(
    isRoot
      ? { status: 'ok', found: expect.stringMatching(/^oci: runsc \d/) }
      : { status: 'failure', found: expect.stringContaining('started by root') },
  )
  if (isRoot) expect(known.of('a real step')).toMatchObject({ status: 'ok' })
  const unknown = await checks([], { HARMONT_OCI_RUNTIME: 'podman' })
  expect(unknown.of('setting')).toMatchObject({ status: 'failure', fix: 'unset HARMONT_OCI_RUNTIME' })
  expect(unknown.code).toBe(9)
  const network = await checks([], { HARMONT_SANDBOX_NETWORK: 'egress,all' })
  expect(network.of('a real step')).toMatchObject({ status: 'failure', found: expect.stringContaining('egress,all') })
})

it('continues its checks when the configuration does not parse', async () => {
  writeFileSync(join(project, '.hm', 'config.toml'), 'backend = "x"\n')
  const { code, of } = await checks()
  expect(of('configuration')).toMatchObject({ status: 'failure', found: expect.stringContaining('config.toml:1') })
  expect(of('pipelines')).toMatchObject({ status: 'ok' })
  expect(code).toBe(9)
})

it('a server that never answers fails only the cloud check, within its time limit', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const [cloud, local] = await Promise.all([
    checks(['--api-url', url], { HM_BACKEND: 'cloud' }),
    checks(['--api-url', url]),
  ])
  expect(cloud.of('reach')).toMatchObject({ status: 'failure', found: `${url} did not answer within 3 s` })
  expect(cloud.code).toBe(9)
  expect(local.of('reach')).toMatchObject({ status: 'warning' })
  expect(local.code).toBe(0)
  silent.close()
})

it.runIf(process.getuid?.() === 0)(
  'an ordinary user without subordinate ids is told so, and no step is tried',
  async () => {
    // Other users cannot enter a directory made by `mkdtemp`.
    const locked = join(home, 'locked')
    mkdirSync(locked, { mode: 0o700 })
    chmodSync(home, 0o755)
    const user = ['--reuid', '65534', '--regid', '65534', '--clear-groups']
    const asUser = (cache: string) => {
      const env = { HOME: '/nonexistent', HM_CACHE_DIR: cache }
      return run('setpriv', [...user, process.execPath, hm, 'doctor', '--json'], env)
    }
    const { code, stdout, stderr } = await asUser(join(home, 'cache'))
    const { data } = JSON.parse(stdout || stderr) as { readonly data: readonly Check[] }
    const sandbox = data.filter(({ area, status }) => area === 'sandbox' && status !== 'ok')
    expect(sandbox).toContainEqual(
      expect.objectContaining({ name: 'driver', fix: expect.stringMatching(/^sudo usermod --add-subuids \d+-\d+ /) }),
    )
    expect(sandbox).toContainEqual(expect.objectContaining({ name: 'a real step', status: 'warning' }))
    for (const { status, fix } of sandbox) if (status === 'failure') expect(fix).toMatch(/^sudo /)
    expect(data).toContainEqual(expect.objectContaining({ name: 'cache', status: 'failure' }))
    expect(code).toBe(9)
    const lockedOut = await asUser(join(locked, 'cache'))
    expect(lockedOut.stdout).toContain(`"EACCES: permission denied, stat '${join(locked, 'cache')}'"`)
    expect(lockedOut.code).toBe(9)
  },
)

it('looks for Docker when steps run in a container', async () => {
  const { code, of } = await checks([], { HM_SANDBOX: 'docker', PATH: dirname(process.execPath) })
  expect(of('container')).toMatchObject({ status: 'failure', fix: 'install Docker' })
  expect(of('git')).toMatchObject({ status: 'warning' })
  expect(code).toBe(9)
})
