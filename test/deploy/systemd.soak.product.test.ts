/**
 * Starts the systemd units as documented. Services start, restart after a kill, and stop; builds
 * continue meanwhile, and a runner drains.
 *
 * The test takes minutes and needs podman, which `npm test` does not install, so it runs only in
 * soak, and only if podman is installed.
 */
import { existsSync } from 'node:fs'
import { effort } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ci, letGo, openCi, waiting } from './ci.ts'
import { type Machine, startMachine } from './systemd-machine.ts'

const lacking = ['podman', 'mmdebstrap'].filter((name) => !existsSync(`/usr/bin/${name}`))
if (effort >= 5 && lacking.length > 0) console.warn(`Not run: the units of systemd. Missing: ${lacking.join(', ')}`)

const token = 'the-bootstrap-token-of-a-test'
const server = { HARMONT_BOOTSTRAP_TOKEN: token, HARMONT_RATE_LIMITS: 'off', HARMONT_IMAGE_FALLBACK: 'host-any' }
const harmont = 'cd /opt/harmont && node_modules/.bin/node packages/server/bin/harmont.js'

describe.skipIf(effort < 5 || lacking.length > 0)('systemd', { timeout: 1_200_000 }, () => {
  let machine: Machine
  beforeAll(async () => {
    machine = await startMachine()
    await machine.sh(`cp /opt/harmont/deploy/systemd/*.service /etc/systemd/system/
      install -D /opt/harmont/deploy/systemd/harmont.sysusers /etc/sysusers.d/harmont.conf
      systemd-sysusers && systemctl daemon-reload`)
  }, 3_600_000)
  afterAll(() => machine?.stop())

  const configure = (name: string, settings: Readonly<Record<string, string>>) =>
    machine.sh(`install -D -m 600 /dev/stdin /etc/harmont/${name}.env <<'END'
${Object.entries(settings)
  .map((setting) => setting.join('='))
  .join('\n')}
END`)
  const untilReady = (port: number) =>
    machine.sh(`timeout 300 sh -c 'until curl --fail --silent http://127.0.0.1:${port}/readyz; do sleep 0.2; done' ||
      { journalctl --no-pager --output=cat --lines=30 >&2; exit 1; }`)
  const open = (): Promise<Ci> =>
    openCi({
      url: 'http://127.0.0.1:4000',
      token,
      curl: (...args) => machine.sh(`curl ${args.map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`).join(' ')}`),
    })
  const starts = async (unit: string) => Number(await machine.sh(`systemctl show --value -p NRestarts ${unit}`))

  /** Kills the main process of a service, and waits until systemd has started it again. */
  async function kill(unit: string): Promise<void> {
    const before = await starts(unit)
    await machine.sh(`systemctl kill --kill-whom=main --signal=KILL ${unit}`)
    await until(
      () => starts(unit),
      (count) => count === before + 1,
    )
    await machine.sh(`until systemctl is-active --quiet ${unit}; do sleep 0.2; done`)
  }

  /** Stops services. Returns their state, result and exit status. */
  async function stop(...units: readonly string[]): Promise<readonly string[]> {
    await machine.sh(`systemctl stop ${units.join(' ')}`)
    return Promise.all(
      units.map(async (unit) => {
        const how = await machine.sh(`systemctl show --value -p ActiveState -p Result -p ExecMainStatus ${unit}`)
        return how.trim().split('\n').toSorted().join(' ')
      }),
    )
  }

  test('a single server process keeps its commands across a kill and a restart', async () => {
    await configure('server', server)
    await machine.sh('systemctl start harmont')
    await untilReady(4000)
    const ci = await open()
    const number = await ci.submit([waiting('one')])
    await ci.untilAll(number, 'running')
    await kill('harmont')
    await untilReady(4000)
    await machine.sh('systemctl restart harmont')
    await untilReady(4000)
    await machine.sh(letGo('one'))
    expect(await ci.untilAll(number, 'passed')).toMatchObject([{ attempt: 1 }])
    expect(await stop('harmont')).toEqual(['0 inactive success'])
    // The brackets keep the pattern from matching the shell itself.
    expect(await machine.sh('pgrep -f /mnt/nativ[e]/bin/postgres || true')).toBe('')
  })

  test('roles are separate services, builds survive a kill of each, and a runner drains', async () => {
    await machine.sh(`rm -r /var/lib/harmont && systemctl start postgresql
      runuser -u postgres -- psql -c "create role harmont login superuser password 'word'" -c 'create database harmont'`)
    await configure('server', { ...server, HARMONT_DATABASE_URL: 'postgres://harmont:word@127.0.0.1/harmont' })
    await machine.sh('systemctl start harmont-api harmont-scheduler')
    await untilReady(4000)
    await untilReady(4001)
    const key = await machine.sh(`set -a; . /etc/harmont/server.env; HARMONT_DATA_DIR=/var/lib/harmont
      ${harmont} runner-key create --pool default`)
    const runner = { HARMONT_SERVER_URL: 'http://127.0.0.1:4000', HARMONT_RUNNER_KEY: key.trim() }
    await configure('runner', { ...runner, HARMONT_IMAGE_FALLBACK: 'host-any' })
    await machine.sh('systemctl start harmont-runner')
    const ci = await open()
    const number = await ci.submit([waiting('two')])
    await ci.untilAll(number, 'running')
    for (const unit of ['harmont-api', 'harmont-scheduler', 'harmont-runner']) await kill(unit)
    await untilReady(4000)
    await untilReady(4001)
    const drained = machine.sh('systemctl start harmont-runner-drain')
    await machine.sh(letGo('two'))
    expect(await ci.untilAll(number, 'passed')).toMatchObject([{ attempt: 1 }])
    await drained
    expect(await machine.sh('journalctl --output=cat --unit=harmont-runner-drain')).toContain('no job left')
    await machine.sh('systemctl restart harmont-runner')
    await ci.untilAll(await ci.submit(['true']), 'passed')
    expect(await stop('harmont-runner', 'harmont-api', 'harmont-scheduler')).toEqual(
      Array(3).fill('0 inactive success'),
    )
  })
})
