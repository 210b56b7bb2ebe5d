/** Errors of calls to a forge. */

/** A temporary failure: the forge did not respond, failed, or requested a pause. */
export class ForgeUnavailable extends Error {
  override readonly name = 'ForgeUnavailable'
  /** The earliest time to retry; null if the forge gave none. */
  readonly retryAfterSeconds: number | null
  constructor(message: string, retryAfterSeconds: number | null, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** A permanent refusal: the resource is unknown, or the request is forbidden or invalid. */
export class ForgeRefused extends Error {
  override readonly name = 'ForgeRefused'
  readonly status: number
  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** Returns whether the resource is absent or hidden, which forges do not distinguish. */
export function isHidden(error: unknown): boolean {
  return error instanceof ForgeRefused && (error.status === 404 || error.status === 403)
}

/** A signed webhook with an invalid body. */
export class EventUnreadable extends Error {
  override readonly name = 'EventUnreadable'
}
