import { type ResolvedImage, SandboxError } from '../driver.ts'

export interface ImageStoreOptions {
  /** Absolute; owned by this store alone, mode 0700. */
  readonly directory: string
  /** Names of the settings: `{ default: 'host', node: 'registry.example/node:24' }`. One step, not followed further. */
  readonly aliases?: Readonly<Record<string, string>>
  /** Whether the `host` base stands in for an image that cannot be had. */
  readonly fallbackToHost: boolean
  /** Further absolute paths of this machine that the `host` base shows. */
  readonly hostAllow: readonly string[]
  /** Paths that the `host` base never shows though they lie below an allowed one: the data directory above all. */
  readonly hostHide?: readonly string[]
  /** `host:port` of registries that speak plain HTTP; those on a loopback address are known to. */
  readonly insecureRegistries?: readonly string[]
}

export interface StoredImage {
  readonly name: string
  readonly digest: string
  readonly origin: 'import' | 'registry'
  readonly at: Date
}

export interface ImageStore {
  /**
   * The read-only root file system for an image name: alias, `host`, local store, registry, in this order.
   * Fails with SandboxError `image_unavailable`, whose message says what was tried and what to do.
   */
  resolve(name: string, onProgress?: (sentence: string) => void): Promise<ResolvedImage>
  /** What a snapshot started from, as long as it is unpacked here; never pulls. */
  byDigest(digest: string): Promise<ResolvedImage | undefined>
  /** Puts an archive (OCI or Docker, told apart by content) or an OCI layout (`oci:DIR[:TAG]`) into the local store under a name. */
  importImage(name: string, source: string): Promise<StoredImage>
  list(): Promise<readonly StoredImage[]>
  /** Forgets the name; its files go with `collect`. False when there was none. */
  remove(name: string): Promise<boolean>
  /** Removes unpacked roots that neither a name nor `keep` (digests of live sandboxes and snapshots) refers to. Gives the digests. */
  collect(keep: ReadonlySet<string>): Promise<readonly string[]>
}

/** The images of this machine below one directory. Any number of processes may share it. */
export function createImageStore(_options: ImageStoreOptions): ImageStore {
  throw new SandboxError('image_unavailable', 'under construction')
}
