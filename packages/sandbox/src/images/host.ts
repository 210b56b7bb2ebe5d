import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { SandboxError } from '../sandbox-driver.ts'
import { usualPath } from '../system/machine.ts'
import { withStagingDirectory } from '../system/staging.ts'
import { buildHostBase, type HostOptions } from './host-base.ts'
import { hostDigest } from './host-digest.ts'
import { ImageRefused } from './image-limits.ts'
import type { Root, Roots } from './roots.ts'
import { isStoredShifted, shiftToRoot } from './shifted.ts'

/** The base `host` as a root in the store, built once for each state of the machine's packages. */
export class HostBase {
  readonly #store: string
  readonly #roots: Roots
  readonly #options: HostOptions

  constructor(store: string, roots: Roots, options: HostOptions) {
    this.#store = store
    this.#roots = roots
    this.#options = options
  }

  async resolve(tell: (sentence: string) => void): Promise<Root> {
    const ready = await this.#roots.get(await hostDigest(this.#options))
    if (ready !== undefined) return ready
    return withStagingDirectory(this.#store, 'host', async (directory) => {
      const digest = await hostDigest(this.#options)
      const made = await this.#roots.get(digest)
      if (made !== undefined) return made
      const how = isStoredShifted ? ' This copies them, which takes a minute and that much disk.' : ''
      tell(`Preparing the host image (once, until packages change)…${how}`)
      const rootfs = path.join(directory, 'rootfs')
      await mkdir(rootfs, { mode: 0o755 })
      await buildHostBase(rootfs, this.#options).catch(refusedAsUnavailable)
      if (isStoredShifted) await shiftToRoot(rootfs)
      return this.#roots.add({ digest, rootfs, env: { PATH: usualPath } })
    })
  }

  /**
   * Returns the digest that `resolve` would use; undefined if this machine cannot make the base.
   */
  async current(): Promise<string | undefined> {
    return hostDigest(this.#options).catch((error: unknown) => {
      // Throws other errors, such as a lack of descriptors: if they returned undefined, a collector
      // would remove the base.
      if (error instanceof SandboxError) return undefined
      throw error
    })
  }
}

function refusedAsUnavailable(error: unknown): never {
  if (!(error instanceof ImageRefused)) throw error
  throw new SandboxError('image_unavailable', `Could not make the image host: ${error.message}.`, { cause: error })
}
