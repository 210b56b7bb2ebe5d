/** Measures layers that travel between runners as layer images. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createOciDriver, type LayerExchange, type OciDriver, type SnapshotId } from '@harmont/sandbox'
import { p50p99, quantile, type Row, timeMs } from '../measure.ts'
import { firstByte, withDriver } from '../own-driver.ts'

const limits = { cpu: 2, memoryBytes: 4 * 2 ** 30, diskBytes: 20 * 2 ** 30, pids: 512 }
const startsEach = 40
/**
 * As many files and bytes as a large node_modules, cut from npm's own. zstd makes as many bytes of it
 * as of the node_modules that the targets were set for.
 */
const modules = { files: 31_421, bytes: 482_000_000, folders: 3_000 }
const npm = '/usr/lib/node_modules /usr/local/lib/node_modules /usr/share/nodejs'
export const makeModules = `folders=$(ls -d ${npm} 2>/dev/null)
while find $folders -type f -exec cat {} + 2>/dev/null; do :; done | head -c ${modules.bytes} |
  python3 -c 'import os, sys
for n in range(${modules.files}):
    folder = f"node_modules/m{n * ${modules.folders} // ${modules.files}}"
    os.makedirs(folder, exist_ok=True)
    open(f"{folder}/f{n}.js", "wb").write(sys.stdin.buffer.read(${Math.ceil(modules.bytes / modules.files)}))'`
const makeMany = 'mkdir /data && cd /data && seq 100000 | split -l 1 -a 5 -d - f'

interface Travelling {
  readonly driver: OciDriver
  readonly exchange: LayerExchange
}

async function travelling(driver: OciDriver): Promise<Travelling> {
  const { exchange } = driver
  if (exchange === undefined) throw new Error('the driver lets no layers travel')
  return { driver, exchange }
}

/** Runs a script on the image `host` or a snapshot. Returns the time to its first output. */
async function run(
  driver: OciDriver,
  script: string,
  from?: SnapshotId,
): Promise<{ readonly ms: number; readonly snapshot: SnapshotId }> {
  const began = performance.now()
  const base = from === undefined ? { image: await driver.resolveImage('host') } : { snapshot: from }
  const sandbox = await driver.create({ id: `bench-${randomUUID()}`, label: {}, base, limits, network: 'none' })
  const ms = await firstByte(sandbox, script, began)
  const { id } = await sandbox.snapshot({ cache: null, origin: {} })
  await sandbox.destroy()
  return { ms, snapshot: id }
}

/** Makes a layer of many modules, sends it, and mounts it on another runner. */
async function travel(): Promise<string> {
  return withDriver(
    async (driver, images) => {
      const { exchange } = await travelling(driver)
      const { snapshot: id } = await run(driver, makeModules)
      const image = await timeMs(() => exchange.export(id, 'erofs', 'now'))
      const own = join(driver.staging, '..', 'snapshots', id)
      await rm(join(own, 'blobs'), { recursive: true })
      const zstd = await timeMs(() => exchange.export(id, 'erofs', 'now'))
      const layer = await exchange.pack(id, 'erofs', 'now')
      const directory = await mkdtemp('/var/tmp/harmont-bench-')
      const there = await createOciDriver({
        directory,
        images,
        network: ['none'],
        egressAllow: [],
        runtime: 'crun',
        layersTravel: true,
      })
      const { exchange: taker } = await travelling(there)
      const fetch = await timeMs(() =>
        taker.import(layer, {
          sources: join(directory, 'sources'),
          open: ({ digest }) => exchange.read(layer, digest),
        }),
      )
      const read = await timeMs(() => run(there, 'find node_modules -type f -exec cat {} + | wc -c', id))
      await there.close()
      await rm(directory, { recursive: true, force: true })
      const [whole, sent] = [(await stat(join(own, 'image'))).size, layer.blob.blobBytes].map((bytes) =>
        (bytes / 1e6).toFixed(0),
      )
      const seconds = [image - zstd, zstd, fetch, read].map((ms) => `${(ms / 1000).toFixed(1)} s`)
      return `made and compared ${seconds[0]}, zstd ${seconds[1]}, fetched and mounted ${seconds[2]}, first read ${seconds[3]} (image ${whole} MB, sent ${sent} MB)`
    },
    { layersTravel: true },
  )
}

async function starts(depth: number): Promise<string> {
  return withDriver(
    async (driver) => {
      const { exchange } = await travelling(driver)
      const chains: (SnapshotId | undefined)[] = [undefined, undefined]
      for (let n = 0; n < depth; n += 1)
        for (const [at, from] of chains.entries()) chains[at] = (await run(driver, `echo >f${n}; echo`, from)).snapshot
      const [onImages] = chains
      for (let next = onImages; next !== undefined; next = (await driver.snapshots.get(next))?.parent ?? undefined)
        await exchange.export(next, 'erofs', 'now')
      await exchange.replaceDirectories()
      const samples: [number[], number[]] = [[], []]
      // Alternates between both, so that they run under the same load.
      for (let n = 0; n < startsEach; n += 1)
        for (const [at, from] of chains.entries()) samples[at]?.push((await run(driver, 'echo', from)).ms)
      const [images, directories] = samples.map((each) => quantile(each, 0.5))
      return `p50 ${images?.toFixed(1)} ms, on directories ${directories?.toFixed(1)} ms (n=${startsEach} each, in turn)`
    },
    { layersTravel: true },
  )
}

/** Starts children of a parent with many modules on the runner that has its files. */
async function atHome(): Promise<string> {
  return withDriver(
    async (driver) => {
      const { snapshot } = await run(driver, makeModules)
      const samples: number[] = []
      for (let n = 0; n < startsEach; n += 1) samples.push((await run(driver, 'echo', snapshot)).ms)
      return p50p99(samples)
    },
    { layersTravel: true },
  )
}

async function removal(): Promise<string> {
  return withDriver(
    async (driver) => {
      const { exchange } = await travelling(driver)
      const remove = async (asImage: boolean) => {
        const { snapshot } = await run(driver, `${makeMany}; echo`)
        if (asImage) {
          await exchange.export(snapshot, 'erofs', 'now')
          await exchange.replaceDirectories()
        }
        return timeMs(() => driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 }))
      }
      const [image, directory] = [await remove(true), await remove(false)]
      return `${(image / 1000).toFixed(2)} s, as a directory ${(directory / 1000).toFixed(1)} s`
    },
    { layersTravel: true, collectGraceMs: 0 },
  )
}

export const layerRows: readonly Row[] = [
  {
    what: 'layer of 31,421 files, 482 MB, to another runner, without the network between',
    must: 'with 1 Gbit/s between: 1.6 s with a ready image, 7 s without',
    run: travel,
  },
  ...[1, 12, 50].map((depth) => ({
    what: `start on ${depth === 1 ? 'an image' : `${depth} images`}, to the first byte`,
    must: 'as on directories',
    run: () => starts(depth),
  })),
  {
    what: 'child of 31,421 files, 482 MB, at home, from its sandbox to its first byte',
    must: 'p50 <= 30 ms, with a lease and the wire',
    run: atHome,
  },
  { what: 'removal of a snapshot of 100,000 files as an image', must: '0.5 s', run: removal },
]
