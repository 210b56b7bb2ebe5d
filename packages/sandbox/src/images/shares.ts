import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ifPresent, readJson } from '../system/files.ts'
import { amount, ImageRefused } from './image-limits.ts'

/** An image that an owner uses. */
interface Claim {
  readonly digest: string
  readonly bytes: number
  /** Time of the last use in Unix milliseconds, precise to a minute. */
  readonly usedAt: number
}

interface Share {
  readonly claims: Map<string, Claim>
  /** Bytes of images being unpacked. */
  promised: number
}

/** A reservation of an owner's bytes, until disposed. */
export interface Part extends Disposable {
  /** Records that the image is present and used by the owner. */
  settle(): Promise<void>
}

/** Maximum time between looking up an image and recording its use, in ms. */
export const IN_HAND_MS = 10 * 60_000
const NOTED_MS = 60_000

/**
 * Tracks which images each owner uses. An owner's images take a limited number of bytes on this
 * machine; the least recently used ones are dropped first. Only one process at a time may use it.
 * Keeps one file per owner below `directory`.
 */
export class Shares {
  readonly #directory: string
  readonly #most: number
  #loading: Promise<Map<string, Share>> | undefined
  #inUse: ReadonlySet<string> = new Set()

  constructor(directory: string, most: number) {
    this.#directory = directory
    this.#most = most
  }

  /** Sets the digests in use by sandboxes and snapshots. These are never dropped. */
  keep(inUse: ReadonlySet<string>): void {
    this.#inUse = inUse
  }

  /** Records that the owner uses an image that is present. Throws as `admit`. */
  async use(owner: string, digest: string, bytes: number): Promise<void> {
    const known = (await this.#of(owner)).claims.get(digest)
    if (Date.now() - (known?.usedAt ?? 0) < NOTED_MS) return
    using part = await this.admit(owner, digest, bytes)
    await part.settle()
  }

  /**
   * Reserves an owner's bytes for an image before it is unpacked. Throws `ImageRefused` if the
   * owner's images in use leave too little.
   */
  async admit(owner: string, digest: string, bytes: number): Promise<Part> {
    const share = await this.#of(owner)
    const others = [...share.claims.values()].filter((each) => each.digest !== digest)
    let total = others.reduce((sum, each) => sum + each.bytes, share.promised + bytes)
    const going = others.filter((each) => !this.#inUse.has(each.digest) && Date.now() - each.usedAt >= IN_HAND_MS)
    const gone: string[] = []
    for (const each of going.sort((one, other) => one.usedAt - other.usedAt)) {
      if (total <= this.#most) break
      gone.push(each.digest)
      total -= each.bytes
    }
    if (total > this.#most) throw new ImageRefused(shortage(bytes, total - bytes, this.#most))
    for (const each of gone) share.claims.delete(each)
    share.promised += bytes
    return {
      settle: async () => {
        share.claims.set(digest, { digest, bytes, usedAt: Date.now() })
        await this.#write(owner, share)
      },
      [Symbol.dispose]: () => {
        share.promised -= bytes
      },
    }
  }

  /** Returns a synchronous predicate: whether any owner uses an image. */
  async users(): Promise<(digest: string) => boolean> {
    const shares = await this.#load()
    return (digest) => [...shares.values()].some(({ claims }) => claims.has(digest))
  }

  async #of(owner: string): Promise<Share> {
    const shares = await this.#load()
    const known = shares.get(fileOf(owner))
    if (known !== undefined) return known
    const share = { claims: new Map(), promised: 0 }
    shares.set(fileOf(owner), share)
    return share
  }

  #load(): Promise<Map<string, Share>> {
    this.#loading ??= this.#read()
    return this.#loading
  }

  async #read(): Promise<Map<string, Share>> {
    const names = (await ifPresent(readdir(this.#directory))) ?? []
    const files = names.filter((name) => name.endsWith('.json'))
    return new Map(await Promise.all(files.map(async (name) => [name, await this.#share(name)] as const)))
  }

  /** Reads an owner's share. A damaged record counts as an empty share. */
  async #share(name: string): Promise<Share> {
    const claims = (await readJson<readonly Claim[]>(path.join(this.#directory, name))) ?? []
    return { claims: new Map(claims.map((claim) => [claim.digest, claim])), promised: 0 }
  }

  async #write(owner: string, { claims }: Share): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const file = path.join(this.#directory, fileOf(owner))
    const staged = `${file}.${randomUUID()}`
    await writeFile(staged, JSON.stringify([...claims.values()]), { mode: 0o600 })
    await rename(staged, file)
  }
}

function fileOf(owner: string): string {
  return `${createHash('sha256').update(owner).digest('hex')}.json`
}

function shortage(bytes: number, used: number, most: number): string {
  return `it takes ${amount(bytes)}, but the organization already uses ${amount(used)} of the ${amount(most)} that its images may take`
}
