/**
 * Tests a long-lived server: after thousands of steps of every kind, its counts equal those after
 * the first steps. `HARMONT_TEST_EFFORT=400` runs 20,000 steps, compares the counts with those
 * after the first 1,000, and prints them.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { makeSmallDisk, type SmallDisk } from '@harmont/outside/small-disk'
import { scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Census, growth, takeCensus } from './endurance/census.ts'
import { isLong, logBytes, renderedPipeline, roundSteps, stepsOfRound } from './endurance/round.ts'
import { buildEnd, flatIr, hmEnv, type Product, packFolder, startProduct } from './product.ts'

const hmProgram = fileURLToPath(new URL('../packages/cli/bin/hm.js', import.meta.url))
const steps = scaled(50, 20_000)
const measured = Math.min(1_000, steps / 2)
/** Longer than the minute for which the server keeps a new snapshot. */
const sparedMs = 70_000
/** At the end of these rounds, a full disk makes the server evict snapshots that no build needs. */
const endsFull = (round: number) => round % 2 === 1

let disk: SmallDisk
let evicted = 0
let product: Product
const home = realpathSync(mkdtempSync(join(tmpdir(), 'hm-endurance-')))

beforeAll(async () => {
  disk = makeSmallDisk(4 * 1024 ** 3)
  const dataDirectory = join(disk.path, 'data')
  mkdirSync(dataDirectory)
  const started = await startProduct({
    HARMONT_DATA_DIR: dataDirectory,
    HARMONT_LEAST_FREE_DISK: '128MiB',
    HARMONT_RATE_LIMITS: 'off',
    HARMONT_RUNNER_SLOTS: '4',
    HARMONT_SNAPSHOT_DISK: '64MiB',
  })
  product = { ...started, dataDirectory }
  linkCompiled(join(home, 'cache'))
  await product.api.ensurePipeline({ name: 'endurance', repository: 'local/endurance', default_branch: 'main' })
})
afterAll(async () => {
  await product?.remove()
  // The watchdog of the sandboxes lingers for some seconds.
  await until(
    () => tryRemove(disk),
    (said) => said === 'removed',
    { restMs: 200 },
  )
  rmSync(home, { recursive: true, force: true })
})

function tryRemove({ remove }: SmallDisk): string {
  try {
    remove()
    return 'removed'
  } catch (error) {
    return String(error)
  }
}

async function submit(list: readonly Record<string, unknown>[]): Promise<number> {
  const { number } = await product.api.createBuild('endurance', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(list),
  })
  return number
}

async function playRound(round: number): Promise<void> {
  const stopped = await submit([{ key: 'stopped', cmd: 'echo begun; sleep 1000' }])
  const number = await submit(roundSteps(round))
  const [{ jobs }] = await Promise.all([endOf(number), cancelWhenRunning(stopped), playRendered(round)])
  const states = [...jobs.values()].map(({ step_key, state }) => `${step_key} ${state}`)
  const expected = roundSteps(round).map(({ key, cmd }) => `${key} ${cmd === 'exit 7' ? 'failed' : 'passed'}`)
  expect(states.toSorted(), `round ${round}`).toEqual(expected.toSorted())
  const logOf = (key: string) => product.api.readLog(jobs.get(key)?.id ?? '')
  expect(await logOf('fork3')).toBe(`${round}\n`)
  expect(await logOf('byte')).toBe('x')
  if (round > 0 && !endsFull(round - 1)) expect(jobs.get('hit')?.cached, `round ${round}`).toBe(true)
  if (isLong(round)) expect(await logOf('long')).toHaveLength(logBytes)
  expect(await shellIn(number)).toBe('shell\n')
  if (endsFull(round)) await evict()
}

/** Time limit that ends a hanging build but no slow one, however busy the machine is. */
const endOf = (number: number) => buildEnd(product.api, 'endurance', number, 60 * 60_000)

async function cancelWhenRunning(number: number): Promise<void> {
  await until(
    () => product.api.listJobs('endurance', number),
    ([first]) => first?.state === 'running',
  )
  await product.api.cancelBuild('endurance', number)
  expect((await endOf(number)).build.state).toBe('canceled')
}

/**
 * Fills the disk until the server has removed all removable snapshots. It keeps snapshots that were
 * made or used from the cache, like `hit`, within the last minute.
 */
async function evict(): Promise<void> {
  const directory = join(product.dataDirectory, 'sandboxes', 'snapshots')
  const old = readdirSync(directory).filter((id) => ageMs(join(directory, id)) > sparedMs)
  disk.fill()
  await until(
    async () => [await isFull(), readdirSync(directory).filter((id) => old.includes(id)).length] as const,
    ([full, left]) => full && left <= 1,
    { timeoutMs: 15 * 60_000 },
  )
  disk.empty()
  // The server refuses uploads until it has measured the disk again.
  await until(isFull, (full) => !full)
  evicted += Math.max(0, old.length - 1)
}

const ageMs = (path: string) => Date.now() - statSync(path).birthtimeMs

async function isFull(): Promise<boolean> {
  const metrics = await fetch(`${product.server().url}/metrics`)
  return (await metrics.text()).includes('\nharmont_disk_full 1\n')
}

/**
 * Runs a build with a pipeline rendered in a sandbox without a network, and with a step that has
 * its own source.
 */
async function playRendered(round: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hm-endurance-source-'))
  mkdirSync(join(folder, '.hm'))
  writeFileSync(join(folder, '.hm', 'endurance.py'), renderedPipeline)
  writeFileSync(join(folder, 'round.txt'), `${round}\n`)
  const source_b64 = packFolder(folder)
  rmSync(folder, { recursive: true })
  const commit = '0'.repeat(40)
  const wanted = { branch: 'main', commit, pipeline_ir: null, source_b64 }
  const { number } = await product.api.createBuild('endurance', wanted)
  const { build, jobs } = await endOf(number)
  expect(build.state).toBe('passed')
  const logs = await Promise.all([...jobs.values()].map(({ id }) => product.api.readLog(id)))
  expect(logs).toContain(`${round}\n`)
}

/** Returns the output of a shell in the file system of a fork. */
async function shellIn(number: number): Promise<string> {
  const env = hmEnv(product, home)
  const args = [hmProgram, 'shell', String(number), 'fails', '-p', 'endurance', '--cmd', 'echo shell']
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await once(child, 'close')
  return said
}

/** Returns the mean duration of an empty step in milliseconds. */
async function timeOfStep(): Promise<number> {
  const begun = performance.now()
  await endOf(await submit(Array.from({ length: 10 }, (_, n) => ({ key: `s${n}`, cmd: 'true' }))))
  return (performance.now() - begun) / 10
}

/**
 * Counts the server's resources once it is idle. Waits for a limited time until they have not grown
 * since `before`.
 */
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
  'G24 G58 after many steps of every kind, which all end correctly, a server’s resources have not grown',
  async () => {
    let round = 0
    const play = async (upTo: number) => {
      for (; round * stepsOfRound < upTo; round++) {
        await playRound(round)
        // Prints each round's counts, so that an interrupted run has a result.
        if (steps > 1_000)
          console.log(`${(round + 1) * stepsOfRound} steps: ${JSON.stringify(await takeCensus(product))}`)
      }
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
      [
        '| counted | first | last |',
        '|---|---|---|',
        ...rows,
        times,
        `${round} rounds of ${stepsOfRound} steps, ${evicted} snapshots evicted`,
      ].join('\n'),
    )
    expect(growth(before, after)).toEqual([])
    if (steps >= 1_000) expect(evicted).toBeGreaterThan(0)
    // The allowance accounts for other processes on this machine.
    expect(timeAfter).toBeLessThan(3 * timeBefore + 200)
  },
  4 * 60 * 60_000,
)
