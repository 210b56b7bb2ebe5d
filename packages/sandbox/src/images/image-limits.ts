/** Limits of one image. */
export interface ImageLimits {
  /** Limits both the packed and the unpacked size. */
  readonly bytes: number
  readonly entries: number
}

export const defaultImageLimits: ImageLimits = { bytes: 20 * 1024 ** 3, entries: 1_000_000 }

/** Formats a size: `3.9 GiB`, `28 MiB`. */
export function amount(bytes: number): string {
  const gib = bytes / 1024 ** 3
  return gib >= 1 ? `${gib.toFixed(1)} GiB` : `${Math.ceil(bytes / 1024 ** 2)} MiB`
}

/** Thrown if a pull received more bytes than the disk has room for. */
export class PullStopped extends Error {
  override readonly name = 'PullStopped'
  readonly bytes: number
  constructor(bytes: number) {
    super(`this machine has too little disk space for it; it takes more than ${amount(bytes)}`)
    this.bytes = bytes
  }
}

/**
 * Thrown if an image exists, but is too large or too unusual to unpack here. A retry does not help,
 * and no other base replaces the image.
 */
export class ImageRefused extends Error {
  override readonly name = 'ImageRefused'
  /** Whether a smaller image or more disk space would help. */
  readonly forRoom: boolean

  constructor(message: string, { forRoom = false, ...options }: ErrorOptions & { readonly forRoom?: boolean } = {}) {
    super(message, options)
    this.forRoom = forRoom
  }
}
