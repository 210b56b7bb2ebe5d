import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Bench, command, finish } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import { processesOf } from '../cgroups/cgroups.ts'
import { readRecord } from '../driver/record.ts'
import { sandboxFiles } from '../layout/layout.ts'
import { kernelThread } from '../system/kernel/kernel-thread.ts'
import { staged } from './mounts.ts'

let root: string
let directory: string
let bench: Bench
beforeEach(async () => {
  root = await mkdtemp('/var/tmp/harmont-prefork-')
  directory = join(root, 'driver')
})
const open = async (kernel: typeof kernelThread): Promise<void> => {
  bench = await Bench.open(await openDriver(directory, { kernel }), 'host', directory)
}
const byPrograms = async () => undefined
afterEach(async () => {
  await bench.destroyAll()
  await bench.driver.close()
  await rm(root, { recursive: true, force: true })
})

/**
 * Returns the ids of the processes that fork launchers here. Launchers run `launcher.sh` instead.
 */
function helpers(): readonly number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  return lines
    .filter((line) => Number(line.trim().split(/\s+/)[1]) === process.pid && /perl \S+prefork-server\.pl/.test(line))
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

test.each([
  ['none', 'a thread', kernelThread],
  ['egress', 'a thread', kernelThread],
  ['egress', 'programs', byPrograms],
] as const)(
  'G02 a burst of sandboxes succeeds after the helper was killed, and while it is killed: %s, set up by %s',
  async (network, _, kernel) => {
    await open(kernel)
    expect(await burst(network)).toEqual(whole)
    await killHelper()
    expect(await burst(network)).toEqual(whole)
    const later = burst(network)
    await killHelper()
    expect(await later).toEqual(whole)
  },
)

test('a sandbox runs its command although the helper that forked its launcher was killed', async () => {
  await open(kernelThread)
  const sandbox = await bench.create()
  await killHelper()
  expect(await finish(await sandbox.start(command('echo on')))).toMatchObject({ stdout: 'on\n', exit: { code: 0 } })
})

test('crun runs from a program that is not writable, so it does not re-execute itself', async () => {
  await open(kernelThread)
  const { handle } = await bench.create()
  const record = readRecord(sandboxFiles(join(directory, 'sandboxes'), handle.id).record)
  const [pid = 0] = await processesOf(record?.groups.payload ?? '')
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  const pipe = join(root, 'pipe')
  // crun waits for its configuration. If it re-executes itself, it has done so by then.
  const script = `mkfifo "$1"; "$2" --root "$1.d" create --config "$1" --bundle / none 2>/dev/null & exec 3>"$1"
    readlink "/proc/$!/exe"; kill "$!"`
  const { stdout } = spawnSync(
    'nsenter',
    [`--mount=/proc/${pid}/ns/mnt`, 'sh', '-c', script, 'sh', pipe, staged.crun],
    { encoding: 'utf8', env: Object.fromEntries(variables.filter(Boolean).map((text) => text.split('=', 2))) },
  )
  expect(stdout).toBe(`${staged.crun}\n`)
  // Checks the mount's flags: opening the file for writing could also fail because it is being
  // executed.
  const [mount = ''] = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[4] === staged.crun)
  expect(mount.split(' ')[5]?.split(',')).toContain('ro')
})
