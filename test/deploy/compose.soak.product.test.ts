/**
 * Starts the compose file as documented, with the image of the Dockerfile. Builds run on its two
 * runners, which take files of steps from each other; commands outlive a killed runner, and runners
 * drain.
 *
 * The test takes minutes and needs packages that no other test uses (podman, podman-compose,
 * aardvark-dns), so it runs only in soak, and only if they are installed.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { effort } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ci, letGo, openCi, waiting } from './ci.ts'
import { makeImages } from './compose-images.ts'
import { deployFolder } from './deploy-files.ts'
import { ownGroups, type Podman, podmanStorage, startPodman } from './podman.ts'

const programs = ['podman', 'podman-compose', 'mmdebstrap']
const lacking = programs.filter((name) => !existsSync(join('/usr/bin', name)))
if (effort >= 5 && lacking.length > 0) console.warn(`Not run: the compose file. Missing: ${lacking.join(', ')}`)

const token = 'the-bootstrap-token-of-a-test'
const runners = ['runner-1', 'runner-2'] as const

/** Finds the process without `ps`, which the image lacks. */
const killRunner = `for each in /proc/[0-9]*; do
  if tr '\\0' ' ' <$each/cmdline | grep -q '^node .*--role runner'; then kill -KILL \${each#/proc/}; fi
done`

describe.skipIf(effort < 5 || lacking.length > 0)('the compose file', () => {
  let project: string
  let podman: Podman
  let ci: Ci
  let watching = true
  let watch: Promise<void>

  beforeAll(async () => {
    await makeImages(podmanStorage)
    podman = await startPodman(podmanStorage, 'own')
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
    ci = await open()
  }, 3_600_000)
  afterAll(async () => {
    await compose('down', '--volumes')
    watching = false
    await watch
    await podman.stop()
    rmSync(project, { recursive: true })
  })

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

  /** Sets up separate control groups for each runner. */
  async function onThisMachine() {
    const services = runners.map(
      async (name) => [name, { volumes: await ownGroups(podman, `harmont-compose-${name}`) }] as const,
    )
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

  /** Runs the health checks of all containers, which otherwise systemd does. */
  async function checkHealth(): Promise<void> {
    while (watching) {
      const names = (await podman.run('podman', 'ps', '--format', '{{.Names}}')).split('\n').filter(Boolean)
      await Promise.all(names.map((name) => podman.run('podman', 'healthcheck', 'run', name).catch(() => undefined)))
      await sleep(500)
    }
  }

  /** Reaches the API through the proxy, like a browser. */
  async function open(): Promise<Ci> {
    const address = await podman.run(
      ...(['podman', 'inspect', 'harmont_proxy_1', '--format'] as const),
      '{{(index .NetworkSettings.Networks "harmont_web").IPAddress}}',
    )
    const place = ['--insecure', '--resolve', `ci.harmont.test:443:${address.trim()}`]
    const curl = (...args: readonly string[]) => podman.run('curl', ...place, ...args)
    return openCi({ url: 'https://ci.harmont.test', token, curl })
  }

  test('a runner takes the files of a step directly from the other runner', async () => {
    const children = Array.from(
      { length: 2 * availableParallelism() },
      () => `test -s /root/made && ${waiting('come')}`,
    )
    const number = await ci.submit(children, 'head -c 5000000 /dev/urandom >/root/made')
    // A runner has a slot for each processor: too few for all children.
    await ci.untilAll(number, 'passed', 'running')
    for (const runner of runners) await inside(runner, 'sh', '-c', letGo('come'))
    await ci.untilAll(number, 'passed')
    const metrics = await inside('server', 'curl', '--silent', 'http://127.0.0.1:4000/metrics')
    expect(metrics).toMatch(/^harmont_layer_bytes_total\{way="fetched_from_peers"\} [1-9]/m)
  }, 1_200_000)

  test('a build on both runners survives kills of the runners, which continue its commands and drain', async () => {
    const number = await ci.submit(Array.from({ length: 4 }, () => waiting('go')))
    await ci.untilAll(number, 'running')
    for (const runner of runners) await inside(runner, 'sh', '-c', killRunner)
    const drains = runners.map((runner) => inside(runner, 'harmont', 'drain'))
    for (const runner of runners) await inside(runner, 'sh', '-c', letGo('go'))
    expect((await ci.untilAll(number, 'passed')).map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1])
    for (const said of await Promise.all(drains)) expect(said).toContain('no job left')
    for (const runner of runners)
      expect(await podman.run('podman', 'logs', `harmont_${runner}_1`)).toContain(
        'Harmont runs jobs of https://ci.harmont.test',
      )
  }, 1_200_000)
})
