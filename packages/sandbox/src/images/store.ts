import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type FindLogin, type ResolvedImage, SandboxError } from '../sandbox-driver.ts'
import { isScarcity } from '../system/scarcity.ts'
import { plainReason } from '../system/tool-failed.ts'
import { HostBase } from './host.ts'
import { defaultImageLimits, type ImageLimits, ImageRefused } from './image-limits.ts'
import { type NameRecord, Names } from './names.ts'
import { type Access, ImagePuller, publicAccess } from './pull.ts'
import { type ImageProblem, PullFailed } from './pull-failure.ts'
import { isImageName, pinnedTo, registryOf } from './registry.ts'
import { type MakeRoom, Room } from './room.ts'
import { Roots } from './roots.ts'
import { IN_HAND_MS, Shares } from './shares.ts'

export interface ImageStoreOptions {
  /** Absolute path, owned by this store alone, mode 0700. */
  readonly directory: string
  /**
   * Whether the `host` base replaces an unavailable image. A list allows it for these images only.
   */
  readonly fallbackToHost: boolean | readonly string[]
  /** Additional absolute paths of this machine to show in the `host` base. */
  readonly hostAllow: readonly string[]
  /**
   * Paths that the `host` base never shows, even below an allowed path; especially the data
   * directory.
   */
  readonly hostHide?: readonly string[]
  /** `host:port` of registries that speak plain HTTP. Loopback addresses always use plain HTTP. */
  readonly insecureRegistries?: readonly string[]
  /** `host` or `host:port` of registries that may have any address. */
  readonly allowedRegistries?: readonly string[]
  /**
   * Returns advice to the user about an unavailable image, as a sentence. `image` is the requested
   * name.
   */
  readonly advice?: (problem: ImageProblem, image: string) => string
  /**
   * False on a shared server: a pull connects to no private address, neither of a registry nor of
   * anything that it refers to, except those in `insecureRegistries` and `allowedRegistries`. It
   * never connects to loopback. Default true.
   */
  readonly allowPrivateRegistries?: boolean
  /** Limits of a single image. */
  readonly limits?: ImageLimits
  /**
   * Disk space for all images of one owner, in bytes. Without it, owners are not distinguished.
   * With it, one process at a time may use the directory.
   */
  readonly ownerBytes?: number
  /** Disk space that a pull leaves free, in bytes. Default 0. */
  readonly leastFreeBytes?: number
  /** Called if a pull needs more space than is free. */
  readonly makeRoom?: MakeRoom
}

export interface StoredImage {
  readonly name: string
  /** The name with its registry's digest. Absent for an imported image. */
  readonly pinnedName?: string
  readonly digest: string
  readonly origin: 'import' | 'registry'
  readonly at: Date
}

export interface ImageStore {
  /**
   * Returns the read-only root file system for an image name: `host`, local store or registry, in
   * this order. Asks the registry for a tag's digest again after 10 minutes, but never for an
   * imported name or one pinned by digest. Throws SandboxError `image_unavailable`, whose message
   * says what was tried and what to do.
   * @param owner the owner whose limit an image from a registry counts towards.
   * @param findLogin called if the image is not available without a login. An image pulled with a
   * login is available to that owner only.
   */
  resolve(
    name: string,
    onProgress?: (sentence: string) => void,
    owner?: string,
    findLogin?: FindLogin,
  ): Promise<ResolvedImage>
  /** Returns the root on which a snapshot is based, if it is unpacked here. Never pulls. */
  byDigest(digest: string): Promise<ResolvedImage | undefined>
  /**
   * Returns the digest of the base `host`, whether it exists yet or not; undefined if this machine
   * cannot make it.
   */
  hostDigest(): Promise<string | undefined>
  /**
   * Imports an archive (OCI or Docker, recognized by content) or an OCI layout (`oci:DIR[:TAG]`)
   * under a name, replacing its earlier image.
   */
  importImage(name: string, source: string): Promise<StoredImage>
  list(): Promise<readonly StoredImage[]>
  /** Forgets the name; `collect` removes the files. Returns false if the name was unknown. */
  remove(name: string): Promise<boolean>
  /**
   * Removes unpacked roots to which neither a name nor `keep` (digests used by sandboxes and
   * snapshots) refers, and returns their digests. If owners are distinguished, a name from a
   * registry is forgotten once no owner uses it.
   */
  collect(keep: ReadonlySet<string>): Promise<readonly string[]>
}

/** Returns advice for the reader of the job's log, or the server's operator. */
function defaultAdvice(problem: ImageProblem): string {
  switch (problem) {
    case 'name':
      return 'Correct the name.'
    case 'denied':
      return 'Check the name, or set a login for the registry (hm registry set).'
    case 'absent':
    case 'platform':
      return 'Check the name, or use an image that the server can pull.'
    case 'disk':
      return 'Free space on the disk of the server.'
    case 'limited':
      return 'Try again later.'
    case 'unreachable':
    case 'certificate':
      return 'The server needs access to that registry, or HARMONT_IMAGE_FALLBACK=host-any.'
    case 'unknown':
      return "The server's log has the output of the tool."
  }
}

type Progress = (sentence: string) => void

/** Opens the image store of a directory. Any number of processes may share it. */
export function createImageStore(options: ImageStoreOptions): ImageStore {
  return new DirectoryStore(options)
}

class DirectoryStore implements ImageStore {
  readonly #options: ImageStoreOptions
  readonly #roots: Roots
  readonly #names: Names
  readonly #host: HostBase
  readonly #shares: Shares | undefined
  readonly #puller: ImagePuller
  /** Pulls in progress by scope and name, with the listeners to their progress. */
  readonly #running = new Map<string, { readonly image: Promise<ResolvedImage>; readonly heard: Set<Progress> }>()

  constructor(options: ImageStoreOptions) {
    const { directory, ownerBytes } = options
    const room = new Room(directory, options.leastFreeBytes ?? 0, options.makeRoom)
    this.#options = options
    this.#roots = new Roots(directory)
    this.#names = new Names(path.join(directory, 'names'))
    this.#host = new HostBase(directory, this.#roots, {
      allow: options.hostAllow,
      hide: [directory, ...(options.hostHide ?? [])],
      reserve: (extent) => room.reserve(extent, "a copy of this machine's own programs"),
    })
    this.#shares = ownerBytes === undefined ? undefined : new Shares(path.join(directory, 'shares'), ownerBytes)
    this.#puller = new ImagePuller(directory, this.#roots, this.#names, room, {
      insecure: options.insecureRegistries ?? [],
      allowed: options.allowedRegistries ?? [],
      allowPrivate: options.allowPrivateRegistries ?? true,
      limits: options.limits ?? defaultImageLimits,
      shares: this.#shares,
    })
  }

  async resolve(name: string, onProgress?: Progress, owner = '', findLogin?: FindLogin): Promise<ResolvedImage> {
    const access = await this.#accessTo(name, owner, findLogin)
    const key = `${access.scope}\0${name}`
    await this.#use(name, owner, access)
    const current = this.#running.get(key)
    const heard = current?.heard ?? new Set()
    if (onProgress !== undefined) heard.add(onProgress)
    if (current !== undefined) {
      const image = await current.image
      await this.#use(name, owner, access)
      return image
    }
    const tellAll = (sentence: string) => {
      for (const listener of heard) listener(sentence)
    }
    const image = this.#resolveNow(name, owner, access, tellAll).finally(() => this.#running.delete(key))
    this.#running.set(key, { image, heard })
    return image
  }

  async byDigest(digest: string): Promise<ResolvedImage | undefined> {
    const root = await this.#roots.get(digest)
    return root === undefined ? undefined : { name: digest, ...root }
  }

  hostDigest(): Promise<string | undefined> {
    return this.#host.current()
  }

  async importImage(name: string, source: string): Promise<StoredImage> {
    if (name === 'host' || !isImageName(name)) throw new Error(`"${name}" cannot be the name of an imported image`)
    await this.#makeDirectory()
    return presented(await this.#puller.importImage(name, source))
  }

  async list(): Promise<readonly StoredImage[]> {
    return (await this.#names.list()).filter(({ scope }) => scope === undefined).map(presented)
  }

  remove(name: string): Promise<boolean> {
    return this.#puller.forget(name)
  }

  async collect(keep: ReadonlySet<string>): Promise<readonly string[]> {
    const names = this.#names
    this.#shares?.keep(keep)
    const isUsed = await this.#shares?.users()
    const isForgotten = ({ origin, digest, at }: NameRecord) =>
      origin === 'registry' && isUsed?.(digest) === false && !keep.has(digest) && Date.now() - at >= IN_HAND_MS
    for (const record of await names.list()) if (isForgotten(record)) await names.remove(record.name, record.scope)
    const named = new Set((await names.list()).map((record) => record.digest))
    const hostNow = await this.#host.current()
    const unused = (await this.#roots.digests()).filter(
      (digest) => !keep.has(digest) && !named.has(digest) && digest !== hostNow,
    )
    // Checked immediately before the removal. A later user finds no root and unpacks it again.
    for (const digest of unused) if (isUsed?.(digest) !== true) await this.#roots.remove(digest)
    await this.#puller.removeLeftovers()
    await this.#roots.removeLeftovers()
    return unused
  }

  async #resolveNow(name: string, owner: string, access: Access, tell: Progress): Promise<ResolvedImage> {
    await this.#makeDirectory()
    if (name === 'host') return { name, ...(await this.#host.resolve(tell)) }
    try {
      return { name, ...(await this.#puller.resolve(name, owner, access, tell)) }
    } catch (cause) {
      const { advice = defaultAdvice, fallbackToHost } = this.#options
      // A lack of resources says nothing about the image.
      if (isScarcity(cause)) throw cause
      const why = plainReason(cause)
      if (cause instanceof ImageRefused) refuse(name, cause, cause.forRoom ? ` ${advice('disk', name)}` : '')
      if (standsIn(fallbackToHost, name)) {
        tell(`Could not pull ${name} (${why}); using this machine's tools instead.`)
        return { name, ...(await this.#host.resolve(tell)), fallbackFrom: name }
      }
      const help = advice(cause instanceof PullFailed ? cause.problem : 'unknown', name)
      throw new SandboxError('image_unavailable', `Could not pull ${name}: ${why}. ${help}`, { cause })
    }
  }

  /** Returns the rights of a request. Another login of the same owner must prove its own access. */
  async #accessTo(name: string, owner: string, findLogin: FindLogin | undefined): Promise<Access> {
    if (findLogin === undefined || name === 'host' || !isImageName(name)) return publicAccess
    if (!(await this.#puller.asksRegistry(name))) return publicAccess
    const login = await findLogin(registryOf(name))
    return login === null ? publicAccess : { scope: `${owner} ${login.id}`, login }
  }

  async #use(name: string, owner: string, access: Access): Promise<void> {
    await this.#puller.use(name, owner, access).catch((error: unknown) => refuse(name, error))
  }

  async #makeDirectory(): Promise<void> {
    await mkdir(this.#options.directory, { recursive: true, mode: 0o700 })
  }
}

function refuse(image: string, error: unknown, help = ''): never {
  if (!(error instanceof ImageRefused)) throw error
  throw new SandboxError('image_unavailable', `The image ${image} is not used here: ${error.message}.${help}`, {
    cause: error,
  })
}

function standsIn(fallbackToHost: ImageStoreOptions['fallbackToHost'], name: string): boolean {
  return typeof fallbackToHost === 'boolean' ? fallbackToHost : fallbackToHost.includes(name)
}

function presented({ name, digest, origin, registryDigest, at }: NameRecord): StoredImage {
  const pinned = registryDigest === undefined ? {} : { pinnedName: pinnedTo(name, registryDigest) }
  return { name, ...pinned, digest, origin, at: new Date(at) }
}
