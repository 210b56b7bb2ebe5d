import type { Durations } from '../forms.ts'

/** An exchange with the server, measured by both clocks. */
export interface Exchange {
  /** The runner's time before it sent the request, and after it received the response. */
  readonly sentAt: number
  readonly heardAt: number
  /** The time for which the server held the request, and the server's time of the response. */
  readonly heldMs: number
  readonly serverNow: number
}

/** Margin for the watchdog, which checks twice a second, and for clocks with different rates. */
const marginMs = 2_000

/**
 * Returns functions that convert a response's durations to the runner's times. The server answered
 * no earlier than `heldMs` after the request was sent, so an expiry counted from then is never
 * late.
 */
export function durationsOf({ sentAt, heldMs }: Exchange): Durations {
  const answeredAt = sentAt + heldMs
  return {
    expiry: (lastsMs) => new Date(answeredAt + lastsMs - marginMs),
    instant: (leftMs) => new Date(answeredAt + leftMs),
  }
}

/** Estimates the server's clock from its responses. */
export class ServerClock {
  #aheadMs: number | null = null

  /**
   * Each response bounds how far the server's clock is ahead. The estimate moves only as far as
   * these bounds require, so that a slow response does not impair it.
   */
  learn({ sentAt, heardAt, heldMs, serverNow }: Exchange): void {
    const [least, most] = [serverNow - heardAt, serverNow - sentAt - heldMs]
    this.#aheadMs = Math.min(Math.max(this.#aheadMs ?? Math.round((least + most) / 2), least), most)
  }

  /** Returns how far the server's clock is ahead of this one, in milliseconds. */
  get aheadMs(): number {
    return this.#aheadMs ?? 0
  }

  /** Converts an instant of this machine to the server's clock. */
  at(instant: number): number {
    return instant + this.aheadMs
  }
}
