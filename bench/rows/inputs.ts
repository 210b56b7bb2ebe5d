/** Measures the cost of inputs for a step. */
import { randomUUID } from 'node:crypto'
import type { OciDriver, ResolvedImage, SnapshotId } from '@harmont/sandbox'
import { quantile, type Row, timeMs } from '../measure.ts'
import { withDriver } from '../own-driver.ts'

const samplesEach = 20
const limits = { cpu: 2, memoryBytes: 4 * 2 ** 30, diskBytes: 20 * 2 ** 30, pids: 512 }

function row(what: string, must: string, make: string): Row {
  return {
    what,
    must,
    run: () =>
      withDriver(async (driver) => {
        const image = await driver.resolveImage('host')
        const snapshot = await snapshotOf(driver, image, make)
        const [without, having]: [number[], number[]] = [[], []]
        // Alternates between both, so that they run under the same load.
        for (let n = 0; n < samplesEach; n += 1) {
          without.push(await createMs(driver, image, null))
          having.push(await createMs(driver, image, snapshot))
        }
        const [bare, whole] = [quantile(without, 0.5), quantile(having, 0.5)]
        return `p50 ${(whole - bare).toFixed(0)} ms more (${whole.toFixed(0)}, without ${bare.toFixed(0)}; n=${samplesEach} each, in turn)`
      }),
  }
}

async function snapshotOf(driver: OciDriver, image: ResolvedImage, script: string): Promise<SnapshotId> {
  const sandbox = await driver.create({
    id: `bench-${randomUUID()}`,
    label: {},
    base: { image },
    limits,
    network: 'none',
  })
  const running = await sandbox.start({
    script: `mkdir -p /workspace/out && cd /workspace/out && ${script}`,
    env: { PATH: '/usr/bin:/bin' },
    workingDirectory: '/',
    deadline: new Date(Date.now() + 600_000),
  })
  // Reads the output to its end before it awaits the exit, which alone does not wait for the
  // output.
  for await (const _ of running.output(0));
  const { code } = await running.exited()
  if (code !== 0) throw new Error(`the command ended with ${code}`)
  const { id } = await sandbox.snapshot({ cache: null, origin: {} })
  await sandbox.destroy()
  return id
}

/** Creates a sandbox with all files of the snapshot as inputs, if one is given. */
async function createMs(driver: OciDriver, image: ResolvedImage, snapshot: SnapshotId | null): Promise<number> {
  const id = `bench-${randomUUID()}`
  const inputs = snapshot === null ? [] : [{ snapshot, path: 'out/**', into: '', optional: false }]
  const ms = await timeMs(() => driver.create({ id, label: {}, base: { image }, limits, network: 'none', inputs }))
  await (await driver.adopt({ id, label: {} }))?.destroy()
  return ms
}

export const inputRows: readonly Row[] = [
  row('inputs: 2 GB in 16 files', '<= 50 ms', 'for n in $(seq 16); do head -c 134217728 /dev/zero >$n; done'),
  row(
    'inputs: 20,000 files of 100 kB',
    'told for comparison: 2.8 s when copied',
    'yes | head -c 2000000000 | split -b 100000 -a 5 -d - f',
  ),
]
