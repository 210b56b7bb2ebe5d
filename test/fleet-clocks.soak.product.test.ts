/**
 * Stops all API processes while a scheduler and runners with wrong clocks continue. No command
 * outlives its lease, and no command that ended in time runs again.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { effort } from '@harmont/test-kit/effort'
import { reservePort } from '@harmont/test-kit/port'
import { touchInSandbox } from '@harmont/test-kit/touch-in-sandbox'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRunnerKey } from '../packages/server/src/runners/index.ts'
import { type ServerProcess, startServerProcess } from '../scripts/server-process.ts'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'
import { type RunnerProcess, runnerDirectory, startRunner, steppedClocks } from './runner-process.ts'

const leaseSeconds = 15
let product: Product
let scheduler: ServerProcess
let runners: RunnerProcess[] = []
let clocks: ReturnType<typeof steppedClocks>

/** Returns the ids of processes with one of these names as the last argument. */
function running(names: readonly string[]): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    const line = /^\d+$/.test(pid) ? commandLine(pid) : ''
    return names.some((name) => line.endsWith(`\0${name}\0`))
  })
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return '' // Gone meanwhile.
  }
}

// This takes two lease durations, so it runs in soak only.
describe.runIf(effort > 1)('a fleet with wrong clocks', () => {
  beforeAll(async () => {
    clocks = steppedClocks()
    product = await startProduct({ HARMONT_ROLE: 'api', HARMONT_LEASE_SECONDS: String(leaseSeconds), ...clocks.off(1) })
    const logFile = join(product.dataDirectory, 'scheduler.log')
    const more = { HARMONT_ROLE: 'scheduler', HARMONT_LEASE_SECONDS: String(leaseSeconds), ...clocks.off(-1) }
    scheduler = await startServerProcess({
      port: await reservePort(),
      logFile,
      env: { ...product.commandEnv, ...more },
    })
    await product.api.ensurePipeline({ name: 'clocks', repository: 'local/clocks', default_branch: 'main' })
    const wish = { pool: 'default', labels: [], organizations: null, getsSecrets: true, uses: 2, expiresAt: null }
    const { key } = await createRunnerKey(product.pool, wish)
    runners = await Promise.all(
      [1, -1].map(async (hours) =>
        startRunner({
          url: product.server().url,
          directory: await runnerDirectory(),
          environment: { HARMONT_RUNNER_KEY: key, HARMONT_RUNNER_SLOTS: '2', ...clocks.off(hours) },
        }),
      ),
    )
  })
  afterAll(async () => {
    for (const { child } of runners) child.kill('SIGKILL')
    await scheduler?.stop()
    await product?.remove()
    clocks.remove()
  })

  test('G01 G64 G104 without API processes, no command outlives its lease, and a command that ended in time counts', async () => {
    const [stays, ends] = [0, 1].map(() => [0, 1].map(() => `harmont-${randomUUID()}`))
    const names = [...(stays ?? []), ...(ends ?? [])]
    const steps = names.map((name) => {
      return { key: name, cmd: `exec sh -c 'until [ -e /go ]; do sleep 0.05; done; echo done' ${name}` }
    })
    const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
    const { number } = await product.api.createBuild('clocks', build)
    const jobs = () => product.api.listJobs('clocks', number)
    await until(jobs, (all) => all.length === 4 && all.every(({ state }) => state === 'running'))
    await until(
      async () => running(names),
      (pids) => pids.length === 4,
    )
    const { exited } = product.server()
    product.server().kill('SIGKILL')
    await exited
    const { rows } = await product.pool.query<{ left: number }>(
      'select extract(epoch from expires_at - clock_timestamp())::float8 * 1000 as left from engine.leases',
    )
    const at = performance.now()
    expect(rows).toHaveLength(4)
    for (const name of ends ?? []) touchInSandbox(name, '/go')
    await until(
      async () => running(names),
      (pids) => pids.length === 0,
    )
    expect(performance.now() - at).toBeLessThan(Math.min(...rows.map(({ left }) => left)))
    // The scheduler continues for two lease durations and revokes no lease.
    await until(
      async () => performance.now() - at,
      (ms) => ms > 2 * leaseSeconds * 1000,
    )
    expect((await product.pool.query('select from engine.leases')).rowCount).toBe(4)
    await product.restart()
    const all = await until(jobs, (now) => now.filter(({ state }) => state === 'passed').length === 2)
    const passed = all.filter(({ state }) => state === 'passed')
    expect(passed.map(({ step_key }) => step_key).sort()).toEqual(ends?.toSorted())
    const { rows: runs } = await product.pool.query('select lost, fence from engine.jobs where id = any($1::uuid[])', [
      passed.map(({ id }) => id),
    ])
    expect(runs).toEqual(passed.map(() => ({ lost: 0, fence: 1 })))
    await product.api.cancelBuild('clocks', number)
    expect((await buildEnd(product.api, 'clocks', number)).build.state).toBe('canceled')
  })
})
