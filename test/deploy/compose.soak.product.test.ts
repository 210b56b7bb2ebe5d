/**
 * The compose file, started as a reader starts it, in the image of the Dockerfile: builds run on its
 * two runners, whose commands outlive the runner, and which drain.
 *
 * Takes minutes and packages that only this needs (podman, podman-compose, aardvark-dns), so it runs
 * in soak, where they are there.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { effort } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flatIr } from '../product.ts'
import { makeImages } from './compose-images.ts'
import { deployFolder } from './deploy-files.ts'
import { controllers, controllersPlace, type Podman, startPodman } from './podman.ts'

const programs = ['podman', 'podman-compose', 'mmdebstrap']
const lacking = programs.filter((name) => !existsSync(join('/usr/bin', name)))
if (effort >= 5 && lacking.length > 0) console.warn(`Not run: the compose file. Missing: ${lacking.join(', ')}`)

const token = 'the-bootstrap-token-of-a-test'
const runners = ['runner-1', 'runner-2'] as const

/** Finds the process without `ps`, which the image does not have. */
const killRunner = `for each in /proc/[0-9]*; do
  if tr '\\0' ' ' <$each/cmdline | grep -q '^node .*--role runner'; then kill -KILL \${each#/proc/}; fi
done`

describe.skipIf(effort < 5 || lacking.length > 0)('the compose file', () => {
  const storage = `/var/tmp/harmont-test-podman-${process.getuid?.()}`
  let project: string
  let podman: Podman
  let watching = true
  let watch: Promise<void>

  beforeAll(async () => {
    await makeImages(storage)
    podman = await startPodman(storage, 'own')
    watch = checkHealth()
    project = mkdtempSync('/var/tmp/harmont-compose-')
    cpSync(join(deployFolder, 'compose'), project, { recursive: true })
    writeFileSync(join(project, 'server.env'), `HARMONT_BOOTSTRAP_TOKEN=${token}\n`)
    writeEnvironment('')
    writeFileSync(join(project, 'override.yaml'), JSON.stringify({ services: await onThisMachine() }))
    await compose('up', '--detach', 'proxy')
    writeEnvironment(
      (await inside('server', 'harmont', 'runner-key', 'create', '--pool', 'default', '--uses', '2')).trim(),
    )
    await compose('up', '--detach')
  }, 3_600_000)
  afterAll(async () => {
    await compose('down', '--volumes')
    watching = false
    await watch
    await podman.stop()
    rmSync(project, { recursive: true })
  }, 120_000)

  function writeEnvironment(key: string): void {
    const lines = {
      HARMONT_DOMAIN: 'ci.harmont.test',
      ACME_EMAIL: '',
      HARMONT_SERVER_CA: '/certificates/caddy/pki/authorities/local/root.crt',
      POSTGRES_PASSWORD: 'the-password-of-a-test',
      HARMONT_RUNNER_KEY: key,
    }
    writeFileSync(
      join(project, '.env'),
      Object.entries(lines)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
  }

  /** Gives each runner control groups of its own where the machine has version 1 of them. */
  async function onThisMachine() {
    const services = runners.map(async (name) => {
      const volumes = controllers.map((controller) => {
        const group = `${controllersPlace}/${controller}/harmont-compose-${name}`
        return { group, volume: `${group}:/groups/${controller}` }
      })
      for (const { group } of volumes) await podman.run('mkdir', '-p', group)
      return [name, { volumes: volumes.map(({ volume }) => volume) }] as const
    })
    return Object.fromEntries(await Promise.all(services))
  }

  function compose(...args: readonly string[]): Promise<string> {
    return podman.run(
      'podman-compose',
      '-f',
      join(project, 'compose.yaml'),
      '-f',
      join(project, 'override.yaml'),
      ...args,
    )
  }

  function inside(service: string, ...command: readonly string[]): Promise<string> {
    return podman.run('podman', 'exec', `harmont_${service}_1`, ...command)
  }

  /** Runs the checks of all containers, as systemd does where it runs. */
  async function checkHealth(): Promise<void> {
    while (watching) {
      const names = (await podman.run('podman', 'ps', '--format', '{{.Names}}')).split('\n').filter(Boolean)
      await Promise.all(names.map((name) => podman.run('podman', 'healthcheck', 'run', name).catch(() => undefined)))
      await sleep(500)
    }
  }

  /** Asks the API through the proxy, as a browser does. */
  async function ask<T>(method: string, path: string, body?: object): Promise<T> {
    const address = await podman.run(
      ...(['podman', 'inspect', 'harmont_proxy_1', '--format'] as const),
      '{{(index .NetworkSettings.Networks "harmont_web").IPAddress}}',
    )
    const headers = ['-H', `authorization: Bearer ${token}`, '-H', 'content-type: application/json']
    const url = `https://ci.harmont.test/api/v0/organizations/default${path}`
    const place = ['--insecure', '--resolve', `ci.harmont.test:443:${address.trim()}`]
    const sent = body === undefined ? [] : ['--data', JSON.stringify(body)]
    const line = [
      '--silent',
      '--show-error',
      '--fail-with-body',
      ...place,
      '--request',
      method,
      ...headers,
      ...sent,
      url,
    ]
    return JSON.parse(await podman.run('curl', ...line)) as T
  }

  test('a build runs on both runners, which are killed in it, go on with their commands, and drain', async () => {
    await ask('POST', '/pipelines', { name: 'ci', repository: 'local/ci', default_branch: 'main' })
    const cmd = 'echo before; until [ -e /tmp/go ]; do sleep 0.1; done; echo after'
    const steps = ['a', 'b', 'c', 'd'].map((key) => ({ key, cmd }))
    const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
    const { number } = await ask<{ number: number }>('POST', '/pipelines/ci/builds', build)
    type Jobs = { readonly data: readonly { readonly state: string; readonly attempt: number }[] }
    const jobs = async () => (await ask<Jobs>('GET', `/pipelines/ci/builds/${number}/jobs`)).data
    const allAre = (wanted: string) =>
      until(jobs, (found) => found.length === 4 && found.every(({ state }) => state === wanted), { timeoutMs: 600_000 })
    await allAre('running')
    for (const runner of runners) await inside(runner, 'sh', '-c', killRunner)
    const drains = runners.map((runner) => inside(runner, 'harmont', 'drain'))
    for (const runner of runners)
      await inside(runner, 'sh', '-c', 'for root in /proc/[0-9]*/root; do touch $root/tmp/go; done')
    await allAre('passed')
    expect((await jobs()).map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1])
    for (const said of await Promise.all(drains)) expect(said).toContain('no job left')
    for (const runner of runners)
      expect(await podman.run('podman', 'logs', `harmont_${runner}_1`)).toContain(
        'Harmont runs jobs of https://ci.harmont.test',
      )
  }, 1_200_000)
})
