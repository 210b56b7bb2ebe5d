import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Bench, command, finish } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'

let root: string
let directory: string
let bench: Bench
beforeEach(async () => {
  root = await mkdtemp('/var/tmp/harmont-prefork-')
  directory = join(root, 'driver')
  bench = await Bench.open(await openDriver(directory), 'host', directory)
})
afterEach(async () => {
  await bench.destroyAll()
  await bench.driver.close()
  await rm(root, { recursive: true, force: true })
})

/** Ids of the processes that fork launchers here. Launchers themselves run `launcher.sh`. */
function helpers(): readonly number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  return lines
    .filter(
      (line) => Number(line.trim().split(/\s+/)[1]) === process.pid && /\/bin\/sh \S+prefork-server\.sh/.test(line),
    )
    .map((line) => Number(line.trim().split(' ')[0]))
}

async function killHelper(): Promise<void> {
  const [pid = 0] = await until(helpers, (found) => found.length > 0)
  process.kill(pid, 'SIGKILL')
  await until(helpers, (found) => !found.includes(pid))
}

const burst = (network: 'none' | 'egress') =>
  Promise.all(Array.from({ length: 8 }, (_, n) => bench.print(`echo ${n}`, { network })))
const whole = Array.from({ length: 8 }, (_, n) => `${n}\n`)

test.each(['none', 'egress'] as const)(
  'G02 a burst of sandboxes succeeds after the helper was killed, and while it is killed: %s',
  async (network) => {
    expect(await burst(network)).toEqual(whole)
    await killHelper()
    expect(await burst(network)).toEqual(whole)
    const later = burst(network)
    await killHelper()
    expect(await later).toEqual(whole)
  },
)

test('a sandbox runs its command although the helper that forked its launcher was killed', async () => {
  const sandbox = await bench.create()
  await killHelper()
  expect(await finish(await sandbox.start(command('echo on')))).toMatchObject({ stdout: 'on\n', exit: { code: 0 } })
})
