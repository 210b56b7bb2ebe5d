/** Measures whether the size of the parent's file system matters. */
import type { Limits, OciDriver, ResolvedImage, Sandbox, SandboxSpec, Snapshot } from '@harmont/sandbox'
import { quantile, type Row } from '../measure.ts'
import { firstByte, withDriver } from '../own-driver.ts'

const limits: Limits = { cpu: 2, memoryBytes: 4 * 2 ** 30, diskBytes: 20 * 2 ** 30, pids: 4096 }
const forks = 100
/** 100,000 files of 20 kB. */
const manyFiles = 'mkdir /data && cd /data && yes | head -c 2000000000 | split -b 20000 -a 5 -d - f && ls | wc -l'

let made = 0

async function create(driver: OciDriver, base: SandboxSpec['base']): Promise<Sandbox> {
  made += 1
  return driver.create({ id: `bench-${process.pid}-${made}`, label: {}, base, limits, network: 'none' })
}

/** Returns the snapshot that a script leaves of an image. */
export async function parent(driver: OciDriver, image: ResolvedImage, script: string): Promise<Snapshot> {
  const sandbox = await create(driver, { image })
  await firstByte(sandbox, script, performance.now())
  const snapshot = await sandbox.snapshot({ cache: null, origin: {} })
  await sandbox.destroy()
  return snapshot
}

/** Starts a sandbox on a snapshot. Returns the milliseconds to its first output. */
export async function forkMs(driver: OciDriver, snapshot: Pick<Snapshot, 'id'>): Promise<number> {
  const began = performance.now()
  const sandbox = await create(driver, { snapshot: snapshot.id })
  const ms = await firstByte(sandbox, 'echo', began)
  await sandbox.destroy()
  return ms
}

export const forkRows: readonly Row[] = [
  {
    what: 'fork of a 2 GB, 100,000-file parent, to its first byte',
    must: 'within 20% of the fork of an empty one',
    run: () =>
      withDriver(async (driver) => {
        const image = await driver.resolveImage('host')
        const empty = await parent(driver, image, 'echo')
        const large = await parent(driver, image, manyFiles)
        const samples: { empty: number[]; large: number[] } = { empty: [], large: [] }
        // Alternates between both, so that they run under the same load.
        for (let at = 0; at < forks; at += 1) {
          samples.empty.push(await forkMs(driver, empty))
          samples.large.push(await forkMs(driver, large))
        }
        const [small, big] = [quantile(samples.empty, 0.5), quantile(samples.large, 0.5)]
        return `p50 ${big.toFixed(1)} ms, empty ${small.toFixed(1)} ms: ${((big / small - 1) * 100).toFixed(0)}% more (n=${forks} each, in turn)`
      }),
  },
]
