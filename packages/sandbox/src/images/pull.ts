import { mkdir, readdir, rename } from 'node:fs/promises'
import path from 'node:path'
import type { RegistryLogin } from '../sandbox-driver.ts'
import { ifPresent } from '../system/files.ts'
import { removeAbandoned, removeTree, withStagingDirectory } from '../system/staging.ts'
import { plainReason, ToolFailed } from '../system/tool-failed.ts'
import { amount, type ImageLimits, ImageRefused, PullStopped } from './image-limits.ts'
import { archiveKind, readLayout, unpackLayout } from './layout.ts'
import { measureLayout } from './measure-layout.ts'
import type { NameRecord, Names } from './names.ts'
import { PullFailed } from './pull-failure.ts'
import type { CountBytes } from './pull-proxy.ts'
import {
  askDigest,
  copyToLayout,
  isPinned,
  type Pull,
  pullToLayout,
  type RegistryOptions,
  refusal,
} from './registry.ts'
import type { Room } from './room.ts'
import type { Root, Roots } from './roots.ts'
import type { Shares } from './shares.ts'
import type { Extent } from './tar-meter.ts'

/** How long the registry's answer for a tag is valid, in ms. */
const TAG_KEPT_MS = 10 * 60_000

/** Most images need at least this much space, in bytes. */
const FIRST_ROOM = 256 * 1024 ** 2
/** The number of bytes that are pulled between checks of the free space. */
const LOOK_BYTES = 16 * 1024 ** 2

type Progress = (sentence: string) => void

/**
 * The rights of a request for an image: public, or with an owner's login. An image pulled with a
 * login is available to that owner only.
 */
export interface Access {
  readonly scope: string
  readonly login: RegistryLogin | null
}

export const publicAccess: Access = { scope: '', login: null }

interface Pulling {
  readonly name: string
  readonly owner: string
  readonly access: Access
  readonly directory: string
  readonly lockFd: number
  readonly tell: Progress
}

export interface PullerOptions extends RegistryOptions {
  readonly limits: ImageLimits
  /** Undefined if owners are not distinguished. */
  readonly shares: Shares | undefined
}

/** Brings images into the store, from registries and files. */
export class ImagePuller {
  readonly #store: string
  readonly #roots: Roots
  readonly #names: Names
  readonly #room: Room
  readonly #options: PullerOptions

  constructor(store: string, roots: Roots, names: Names, room: Room, options: PullerOptions) {
    this.#store = store
    this.#roots = roots
    this.#names = names
    this.#room = room
    this.#options = options
  }

  /** @param owner the owner whose limit the image counts towards. */
  async resolve(name: string, owner: string, access: Access, tell: Progress): Promise<Root> {
    const { scope } = access
    const ready = await this.#ready(name, scope)
    if (ready !== undefined) return ready
    return withStagingDirectory(this.#store, `${name}${scope === '' ? '' : `\0${scope}`}`, async (directory, lock) => {
      const made = await this.#ready(name, scope)
      if (made !== undefined) return made
      const known = await this.#names.get(name)
      if (known?.origin === 'import') return this.#unpack(this.#kept(known.digest), directory, lock.fd)
      return this.#pull({ name, owner, access, directory, lockFd: lock.fd, tell })
    })
  }

  /**
   * Returns whether the registry must be queried before a caller without a login can use the image.
   */
  async asksRegistry(name: string): Promise<boolean> {
    const known = await this.#names.get(name)
    return known?.origin !== 'import' && (await this.#ready(name, '')) === undefined
  }

  async importImage(name: string, source: string): Promise<NameRecord> {
    const notation = source.startsWith('oci:') ? source : `${await archiveKind(source)}:${path.resolve(source)}`
    return withStagingDirectory(this.#store, name, async (directory, lock) => {
      const layout = path.join(directory, 'layout')
      await copyToLayout(notation, layout, { lockFd: lock.fd }).catch((error: unknown) => {
        if (!(error instanceof ToolFailed)) throw error
        throw new Error(`${source} contains no readable image`, { cause: error })
      })
      const { digest } = await readLayout(layout)
      await this.#unpack(layout, directory, lock.fd)
      const record: NameRecord = { name, digest, origin: 'import', at: Date.now() }
      // Keeps the layout, so that a damaged root can be unpacked again without the original file.
      await this.#withLayouts(async () => {
        await mkdir(path.dirname(this.#kept(digest)), { recursive: true, mode: 0o700 })
        await removeTree(this.#kept(digest))
        await rename(layout, this.#kept(digest))
        await this.#names.put(record)
      })
      return record
    })
  }

  async forget(name: string): Promise<boolean> {
    return withStagingDirectory(this.#store, name, () => this.#names.remove(name))
  }

  /** Removes staging directories of killed processes, and layouts of imports without a name. */
  async removeLeftovers(): Promise<void> {
    await this.#withLayouts(async () => {
      const named = new Set((await this.#names.list()).map(({ digest }) => digest))
      const layouts = (await ifPresent(readdir(path.join(this.#store, 'layouts')))) ?? []
      for (const hex of layouts) if (!named.has(`sha256:${hex}`)) await removeTree(this.#kept(hex))
    })
    await removeAbandoned(this.#store)
  }

  /** Keeps a layout from being removed before its name is recorded. */
  #withLayouts<T>(work: () => Promise<T>): Promise<T> {
    // No image has this name.
    return withStagingDirectory(this.#store, '\0layouts', work)
  }

  async #ready(name: string, scope: string): Promise<Root | undefined> {
    const record = await this.#names.get(name, scope)
    if (record === undefined) return undefined
    const settled = record.origin === 'import' || isPinned(name) || Date.now() - record.at < TAG_KEPT_MS
    return settled ? this.#roots.get(record.digest) : undefined
  }

  async #pull({ name, owner, access, directory, lockFd, tell }: Pulling): Promise<Root> {
    const { scope, login } = access
    const refused = refusal(name, this.#options)
    if (refused !== undefined) throw new PullFailed('name', refused)
    const known = await this.#names.get(name, scope)
    const root = known === undefined ? undefined : await this.#roots.get(known.digest)
    let wanted: string
    try {
      wanted = await askDigest(name, this.#options, login)
    } catch (error) {
      const isRefused = login !== null && error instanceof PullFailed && error.problem === 'denied'
      if (root === undefined || isRefused) throw error
      tell(`Could not ask for a newer ${name} (${plainReason(error)}); using the one pulled before.`)
      return root
    }
    const own = { name, ...(scope !== '' && { scope }) }
    const note = (digest: string, bytes: number) =>
      this.#names.put({ ...own, digest, origin: 'registry', registryDigest: wanted, bytes, at: Date.now() })
    if (root !== undefined && known?.registryDigest === wanted) {
      await note(root.digest, known.bytes ?? 0)
      return root
    }
    // For a name with a digest the registry was not queried, so nothing proves that this caller may
    // use the image.
    const same = isPinned(name) && login === null ? undefined : await this.#pulledBefore(wanted)
    if (same !== undefined) {
      using part = await this.#options.shares?.admit(owner, same.digest, same.bytes)
      await note(same.digest, same.bytes)
      await part?.settle()
      return same.root
    }
    tell(`Pulling ${name} (${wanted.slice(0, 'sha256:'.length + 12)})…`)
    const layout = path.join(directory, 'layout')
    await this.#fetch({ name, digest: wanted, login, layout, lockFd })
    const extent = await measureLayout(layout, this.#options.limits)
    const { digest } = await readLayout(layout)
    using part = await this.#options.shares?.admit(owner, digest, extent.bytes)
    const unpacked = await this.#unpack(layout, directory, lockFd, extent)
    await note(digest, extent.bytes)
    await part?.settle()
    return unpacked
  }

  /**
   * Records that the owner uses a known image. Call it before looking for the root, so that the
   * root is not removed meanwhile.
   */
  async use(name: string, owner: string, { scope }: Access): Promise<void> {
    const { shares } = this.#options
    const known = shares && (await this.#names.get(name, scope))
    if (known?.origin === 'registry') await shares?.use(owner, known.digest, known.bytes ?? 0)
  }

  /**
   * Finds an image that was pulled under another name, or with another login, by the digest that
   * the registry just returned.
   */
  async #pulledBefore(
    registryDigest: string,
  ): Promise<{ readonly root: Root; readonly digest: string; readonly bytes: number } | undefined> {
    for (const record of await this.#names.list()) {
      if (record.registryDigest !== registryDigest) continue
      const root = await this.#roots.get(record.digest)
      if (root !== undefined) return { root, digest: record.digest, bytes: record.bytes ?? 0 }
    }
    return undefined
  }

  async #unpack(layout: string, directory: string, lockFd: number, measured?: Extent): Promise<Root> {
    const { digest, env, program } = await readLayout(layout)
    const there = await this.#roots.get(digest)
    if (there !== undefined) return there
    const extent = measured ?? (await measureLayout(layout, this.#options.limits))
    using _promised = await this.#room.reserve(extent, 'unpacked it')
    const rootfs = path.join(directory, 'new', 'rootfs')
    await mkdir(path.dirname(rootfs), { mode: 0o700 })
    await unpackLayout(layout, rootfs, lockFd)
    return this.#roots.add({ digest, rootfs, env, program })
  }

  /** Doubles the reserved space each time the image does not fit. */
  async #fetch(pull: Pick<Pull, 'name' | 'digest' | 'login' | 'layout' | 'lockFd'>): Promise<void> {
    for (let bytes = Math.min(FIRST_ROOM, this.#room.whole().bytes / 4); ; ) {
      const isEnough = await this.#room.make({ bytes, entries: 0 })
      const mostBytes = Math.min(this.#options.limits.bytes, this.#room.free().bytes)
      try {
        return await pullToLayout({ ...pull, mostBytes, count: this.#counter() }, this.#options)
      } catch (error) {
        if (!(error instanceof PullStopped)) throw error
        if (error.bytes >= this.#options.limits.bytes) throw tooLarge(this.#options.limits)
        if (!isEnough) throw new ImageRefused(error.message, { cause: error, forRoom: true })
        await removeTree(pull.layout, pull.lockFd)
        bytes = 2 * Math.max(bytes, error.bytes)
      }
    }
  }

  /** Returns a function that ends a pull once it exceeds the image limit or the free space. */
  #counter(): CountBytes {
    const { limits } = this.#options
    let [packed, looked] = [0, 0]
    return (bytes) => {
      packed += bytes
      if (packed > limits.bytes) return tooLarge(limits)
      if (packed - looked < LOOK_BYTES) return undefined
      looked = packed
      return this.#room.free().bytes > 0 ? undefined : new PullStopped(packed)
    }
  }

  #kept(digest: string): string {
    return path.join(this.#store, 'layouts', digest.replace(/^sha256:/, ''))
  }
}

function tooLarge({ bytes }: ImageLimits): ImageRefused {
  return new ImageRefused(`it exceeds the limit of ${amount(bytes)} packed`)
}
