/** How a call of a forge can fail. */

/** Asking again later may help: the forge did not answer, had a fault of its own, or asked for patience. */
export class ForgeUnavailable extends Error {
  override readonly name = 'ForgeUnavailable'
  /** Not before that; null when the forge did not say. */
  readonly retryAfterSeconds: number | null
  constructor(message: string, retryAfterSeconds: number | null, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The forge said no, and will say so again: what was asked for is not there, not allowed or not understood. */
export class ForgeRefused extends Error {
  override readonly name = 'ForgeRefused'
  readonly status: number
  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** Whether the forge has no such thing, or does not show it to us: it answers the one as the other. */
export function isHidden(error: unknown): boolean {
  return error instanceof ForgeRefused && (error.status === 404 || error.status === 403)
}

/** A webhook is signed by the forge but is not what it should be. */
export class EventUnreadable extends Error {
  override readonly name = 'EventUnreadable'
}
