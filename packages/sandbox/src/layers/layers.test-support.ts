/** Test support: runners that exchange layers. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Bench, type RunOptions } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import type { OciDriver } from '../driver/driver.ts'
import { openTestLayout } from '../layout/layout.test-support.ts'
import type { Layout } from '../layout/layout.ts'
import type { Snapshot, SnapshotId, SourceTreeRef } from '../sandbox-driver.ts'
import { unpackSource } from '../source/index.ts'
import type { LayerBlob } from './layer-blob.ts'
import type { LayerExchange, LayerObject } from './layer-exchange.ts'

export interface Runner {
  readonly driver: OciDriver
  readonly exchange: LayerExchange
  readonly bench: Bench
  readonly layout: Layout
  close(): Promise<void>
}

export async function openRunner(directory: string): Promise<Runner> {
  const driver = await openDriver(directory, { layersTravel: true })
  const { exchange } = driver
  if (exchange === undefined) throw new Error('the driver lets no layers travel')
  const bench = await Bench.open(driver, 'host', directory)
  const close = async () => {
    await bench.destroyAll()
    await driver.close()
  }
  return { driver, exchange, bench, layout: openTestLayout(directory), close }
}

/** Returns the directory of a runner's source trees. */
export function sourcesOf({ layout }: Runner): string {
  return join(layout.root, 'sources')
}

/** Makes a source tree on a runner. */
export async function sourceTree(runner: Runner, files: Readonly<Record<string, string>>): Promise<SourceTreeRef> {
  const folder = await mkdtemp(join(tmpdir(), 'harmont-files-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const archive = execFileSync('tar', ['--create', '--file=-', '.'], { cwd: folder })
  await rm(folder, { recursive: true })
  const sha256 = createHash('sha256').update(archive).digest('hex')
  return unpackSource({ archive: () => Readable.from([archive]), sha256, directory: sourcesOf(runner) })
}

/** Transfers a snapshot to another runner that has the snapshots below it. */
export async function carry(from: Runner, to: Runner, id: SnapshotId, form: LayerBlob['form']): Promise<LayerBlob> {
  const layer = await from.exchange.pack(id, form, 'now')
  const open = (object: LayerObject) => from.exchange.read(layer, object.digest)
  await to.exchange.import(layer, { sources: sourcesOf(to), open })
  return layer.blob
}

/** Runs scripts, each on the result of the previous one. */
export async function chain(
  { bench }: Runner,
  scripts: readonly string[],
  options: RunOptions = {},
): Promise<readonly Snapshot[]> {
  const made: Snapshot[] = []
  for (const script of scripts) {
    const last = made.at(-1)
    made.push(await bench.step(script, { ...options, ...(last && { from: last.id }) }))
  }
  return made
}

/** Returns the form in which a runner keeps the layer of a snapshot. */
export async function formOf({ layout }: Runner, id: SnapshotId): Promise<'directory' | 'image' | 'both'> {
  const names = await readdir(join(layout.snapshots, id))
  if (!names.includes('layer')) return 'image'
  return names.includes('image') ? 'both' : 'directory'
}
