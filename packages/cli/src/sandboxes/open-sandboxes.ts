import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_IMAGE } from '@harmont/ir'
import {
  createImageStore,
  createOciDriver,
  DirectoryTaken,
  type ImageStore,
  lockFile,
  type NetworkMode,
  type OciDriver,
  type OciDriverOptions,
  SandboxError,
} from '@harmont/sandbox'
import type { Settings } from '../config/settings.ts'
import { exits, HmError } from '../errors.ts'
import type { LocalHome } from '../records/home.ts'
import { processMark } from '../records/process-mark.ts'
import { completeRecords } from '../records/run-records.ts'
import { engineNumbers, hasLeftovers, inUse, isLeftBehind } from './engines.ts'
import { imageAdvice, ociRuntime, sandboxNetwork } from './sandbox-options.ts'

/** The sandboxes of this machine. */
export interface Sandboxes {
  readonly driver: OciDriver
  readonly images: ImageStore
  /** The possible modes; at least one. */
  readonly networkModes: readonly NetworkMode[]
  /**
   * Runs work exclusively, and prevents other processes from starting. Returns undefined if another
   * `hm` is running or starting.
   */
  alone<T>(work: () => Promise<T>): Promise<T | undefined>
  close(): Promise<void>
}

/**
 * Takes a free engine directory and cleans up after killed processes. All processes share
 * snapshots, images and sources. Throws exit 4 with the missing requirements.
 */
export async function openSandboxes(
  home: LocalHome,
  imageFallback: Settings['sandbox.image_fallback'],
  env: Env = process.env,
): Promise<Sandboxes> {
  for (const directory of [home.root, home.engines, join(home.root, 'snapshots'), join(home.root, 'cache')])
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  const images = imageStore(home, imageFallback, env)
  const options = {
    images,
    network: sandboxNetwork(env),
    egressAllow: listOf(env.HARMONT_EGRESS_ALLOW),
    runtime: ociRuntime(env),
  }
  await using _gate = await lockFile(home.gate)
  const isAfterKill = hasLeftovers(home)
  const { number, driver } = await takeFirst(home, options)
  try {
    for (const other of engineNumbers(home).filter((each) => each !== number))
      await cleanUpDirectory(home, other, options)
    if (isAfterKill) completeRecords(home.runs, Date.now())
    const networkModes = await driver.networkModes()
    return {
      driver,
      images,
      networkModes,
      alone: (work) => alone(home, number, work),
      async close() {
        await driver.close()
        rmSync(inUse(home, number), { force: true })
      },
    }
  } catch (error) {
    await driver.close()
    throw error
  }
}

/** Opens the images of this machine; pulling and listing them needs no sandboxes. */
export function imageStore(home: LocalHome, imageFallback: Settings['sandbox.image_fallback'], env: Env): ImageStore {
  return createImageStore({
    directory: home.images,
    fallbackToHost: imageFallback === 'host' ? [DEFAULT_IMAGE] : imageFallback === 'host-any',
    hostAllow: listOf(env.HARMONT_HOST_ALLOW),
    hostHide: [home.root],
    advice: imageAdvice,
  })
}

type Env = Readonly<Record<string, string | undefined>>

/** Parses a list in a server setting (`engine.md` 4) that also applies here. */
function listOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

type OpenOptions = Pick<OciDriverOptions, 'images' | 'network' | 'egressAllow' | 'runtime'>

async function takeFirst(home: LocalHome, options: OpenOptions): Promise<{ number: number; driver: OciDriver }> {
  for (let number = 1; ; number++) {
    const driver = await open(home, number, options)
    if (driver === undefined) continue
    if (existsSync(inUse(home, number))) await removeSandboxes(driver)
    writeFileSync(inUse(home, number), processMark(process.pid) ?? '')
    return { number, driver }
  }
}

/** Opens a driver; undefined if another process uses the directory. */
async function open(home: LocalHome, number: number, options: OpenOptions): Promise<OciDriver | undefined> {
  const directory = join(home.engines, String(number))
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (const shared of ['snapshots', 'cache'])
    if (!existsSync(join(directory, shared))) symlinkSync(join('..', '..', shared), join(directory, shared))
  try {
    // A child that the killed process was starting holds its lock for a moment longer.
    const takenForMs = isLeftBehind(home, number) ? 2_000 : 0
    // A run whose steps are all cached needs no sandbox.
    return await createOciDriver({ directory, takenForMs, preparesAhead: false, ...options })
  } catch (error) {
    if (error instanceof DirectoryTaken) return undefined
    if (!(error instanceof SandboxError)) throw error
    const fix = 'hm doctor says more; hm run --cloud needs no sandboxes here'
    throw new HmError(exits.unavailable, 'no_sandboxes', error.message, { fix, cause: error })
  }
}

/** Removes leftovers, unless another `hm` is starting and does so itself. */
export async function cleanUpAll(home: LocalHome, env: Env): Promise<void> {
  await using gate = await lockFile(home.gate, { wait: false })
  if (gate === undefined) return
  const options: OpenOptions = {
    images: imageStore(home, 'none', env),
    network: ['egress', 'none'],
    egressAllow: [],
    runtime: ociRuntime(env),
  }
  for (const number of engineNumbers(home)) await cleanUpDirectory(home, number, options)
  completeRecords(home.runs, Date.now())
}

async function cleanUpDirectory(home: LocalHome, number: number, options: OpenOptions): Promise<void> {
  if (!existsSync(inUse(home, number))) return
  const driver = await open(home, number, options)
  if (driver === undefined) return
  await removeSandboxes(driver)
  await driver.close()
  rmSync(inUse(home, number), { force: true })
}

async function removeSandboxes(driver: OciDriver): Promise<void> {
  for (const handle of await driver.list()) await (await driver.adopt(handle))?.destroy()
}

async function alone<T>(home: LocalHome, own: number, work: () => Promise<T>): Promise<T | undefined> {
  await using gate = await lockFile(home.gate, { wait: false })
  if (gate === undefined) return undefined
  for (const number of engineNumbers(home).filter((each) => each !== own)) {
    await using lock = await lockFile(join(home.engines, String(number), 'lock'), { wait: false })
    if (lock === undefined) return undefined
  }
  return work()
}
