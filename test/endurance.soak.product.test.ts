/**
 * A server that grows old: thousands of steps of every kind through one process, after which everything is where it was after the first of them.
 * `HARMONT_TEST_EFFORT=400` makes 20,000 steps, of which the first 1,000 are the measure; it prints what was counted.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Census, growth, takeCensus } from './endurance/census.ts'
import { buildEnd, flatIr, hmEnv, type Product, packFolder, startProduct } from './product.ts'

const hmProgram = fileURLToPath(new URL('../packages/cli/bin/hm.js', import.meta.url))
const steps = scaled(50, 20_000)
const measured = Math.min(1_000, steps / 2)
const forks = 8
/** Steps of a round, its canceled one and its shell among them. */
const stepsOfRound = forks + 8
const megabytes = 10

let product: Product
const home = realpathSync(mkdtempSync(join(tmpdir(), 'hm-endurance-')))

beforeAll(async () => {
  product = await startProduct({ HARMONT_RUNNER_SLOTS: '4', HARMONT_SNAPSHOT_DISK: '64MiB' })
  linkCompiled(join(home, 'cache'))
  await product.api.ensurePipeline({ name: 'endurance', repository: 'local/endurance', default_branch: 'main' })
})
afterAll(async () => {
  await product?.remove()
  rmSync(home, { recursive: true, force: true })
})

async function submit(list: readonly Record<string, unknown>[]): Promise<number> {
  const { number } = await product.api.createBuild('endurance', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(list),
  })
  return number
}

/** Forks of one base, a hit and a new entry of the cache, a failure, one byte, and in each tenth round ten megabytes. */
function roundSteps(round: number): readonly Record<string, unknown>[] {
  const isLong = round % 10 === 0
  return [
    { key: 'base', cmd: `echo ${round} >/base` },
    ...Array.from({ length: forks }, (_, n) => ({
      key: `fork${n}`,
      cmd: `cat /base; echo ${n} >/own`,
      builds_in: 'base',
    })),
    { key: 'hit', cmd: 'echo hit', cache: { policy: 'forever', key: 'endurance-hit' } },
    {
      key: 'entry',
      cmd: 'head -c 1000000 /dev/urandom >/entry',
      cache: { policy: 'forever', key: `endurance-${round}` },
    },
    { key: 'fails', cmd: 'exit 7' },
    { key: 'byte', cmd: 'printf x' },
    { key: 'long', cmd: isLong ? `yes 123456789 | head -c ${megabytes}000000` : 'true' },
  ]
}

async function playRound(round: number): Promise<void> {
  const stopped = await submit([{ key: 'stopped', cmd: 'echo begun; sleep 1000' }])
  const number = await submit(roundSteps(round))
  const [first] = await until(
    () => product.api.listJobs('endurance', stopped),
    (jobs) => jobs[0]?.state === 'running',
  )
  await product.api.cancelBuild('endurance', stopped)
  const { jobs } = await buildEnd(product.api, 'endurance', number)
  const states = [...jobs.values()].map(({ step_key, state }) => `${step_key} ${state}`)
  const expected = roundSteps(round).map(({ key }) => `${key} ${key === 'fails' ? 'failed' : 'passed'}`)
  expect(states.toSorted(), `round ${round}`).toEqual(expected.toSorted())
  expect(await product.api.readLog(jobs.get('fork3')?.id ?? '')).toBe(`${round}\n`)
  if (round > 0) expect(jobs.get('hit')?.cached).toBe(true)
  if (round % 10 === 0) expect(await product.api.readLog(jobs.get('long')?.id ?? '')).toHaveLength(megabytes * 1e6)
  const { build } = await buildEnd(product.api, 'endurance', stopped)
  expect([build.state, first?.step_key]).toEqual(['canceled', 'stopped'])
  expect(await shellIn(number)).toBe('shell\n')
  if (round % 2 === 0) await playRendered(round)
}

const pipeline = `import harmont as hm


@hm.pipeline("endurance", default_image="host")
def endurance():
    return hm.sh("cat round.txt", label="rendered")
`

/** A build whose pipeline is rendered, in a sandbox without a network, and whose step has a source of its own. */
async function playRendered(round: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hm-endurance-source-'))
  mkdirSync(join(folder, '.hm'))
  writeFileSync(join(folder, '.hm', 'endurance.py'), pipeline)
  writeFileSync(join(folder, 'round.txt'), `${round}\n`)
  const source_b64 = packFolder(folder)
  rmSync(folder, { recursive: true })
  const commit = '0'.repeat(40)
  const wanted = { branch: 'main', commit, pipeline_ir: null, source_b64 }
  const { number } = await product.api.createBuild('endurance', wanted)
  const { build, jobs } = await buildEnd(product.api, 'endurance', number)
  expect(build.state).toBe('passed')
  const logs = await Promise.all([...jobs.values()].map(({ id }) => product.api.readLog(id)))
  expect(logs).toContain(`${round}\n`)
}

/** What a shell in the file system of a fork prints. */
async function shellIn(number: number): Promise<string> {
  const env = hmEnv(product, home)
  const args = [hmProgram, 'shell', String(number), 'fails', '-p', 'endurance', '--cmd', 'echo shell']
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await once(child, 'close')
  return said
}

/** Milliseconds that a step takes which does nothing. */
async function timeOfStep(): Promise<number> {
  const begun = performance.now()
  await buildEnd(
    product.api,
    'endurance',
    await submit(Array.from({ length: 10 }, (_, n) => ({ key: `s${n}`, cmd: 'true' }))),
  )
  return (performance.now() - begun) / 10
}

/** What the server has once it rests: no more than before, if it ever comes to that. */
async function atRest(before: Census | undefined): Promise<Census> {
  let last: Census = {}
  const rests = async () => {
    last = await takeCensus(product)
    const passing = [last['entries of sandboxes and trash'], last['rows of what goes on']]
    return passing.every((count) => count === 0) && (before === undefined || growth(before, last).length === 0)
  }
  await until(rests, Boolean, { restMs: 500, timeoutMs: 60_000 }).catch(() => {})
  return last
}

test(
  'G24 G58 a server has after many steps of every kind what it had after the first of them, and all end as they should',
  async () => {
    let round = 0
    const play = async (upTo: number) => {
      for (; round * stepsOfRound < upTo; round++) await playRound(round)
    }
    await play(measured)
    const timeBefore = await timeOfStep()
    const before = await atRest(undefined)
    await play(steps)
    const timeAfter = await timeOfStep()
    const after = await atRest(before)
    const rows = Object.keys(after).map((what) => `| ${what} | ${before[what]} | ${after[what]} |`)
    const times = `| a step that does nothing (ms) | ${Math.round(timeBefore)} | ${Math.round(timeAfter)} |`
    console.log(
      ['| counted | first | last |', '|---|---|---|', ...rows, times, `${round} rounds of ${stepsOfRound} steps`].join(
        '\n',
      ),
    )
    expect(growth(before, after)).toEqual([])
    // Others may be at work on this machine.
    expect(timeAfter).toBeLessThan(3 * timeBefore + 200)
  },
  4 * 60 * 60_000,
)
