/** What one image may be. */
export interface ImageLimits {
  /** Packed, and unpacked. */
  readonly bytes: number
  readonly entries: number
}

export const defaultImageLimits: ImageLimits = { bytes: 20 * 1024 ** 3, entries: 1_000_000 }

/** `3.9 GiB`, `28 MiB`. */
export function amount(bytes: number): string {
  const gib = bytes / 1024 ** 3
  return gib >= 1 ? `${gib.toFixed(1)} GiB` : `${Math.ceil(bytes / 1024 ** 2)} MiB`
}

/** A pull brought more than the disk has room for; how much that was. */
export class PullStopped extends Error {
  override readonly name = 'PullStopped'
  readonly bytes: number
  constructor(bytes: number) {
    super(`this machine has too little disk space for it; it takes more than ${amount(bytes)}`)
    this.bytes = bytes
  }
}

/** An image is there, and too large or too strange to be unpacked here: asking again gives nothing else, and nothing stands in for it. */
export class ImageRefused extends Error {
  override readonly name = 'ImageRefused'
  /** Whether less of it would fit, or more room would do. */
  readonly forRoom: boolean

  constructor(message: string, { forRoom = false, ...options }: ErrorOptions & { readonly forRoom?: boolean } = {}) {
    super(message, options)
    this.forRoom = forRoom
  }
}
