import type { Durations } from '../forms.ts'

/** An answer, by the clock of the runner and by that of the server. */
export interface Exchange {
  /** The runner's time before it sent the request, and after it had the answer. */
  readonly sentAt: number
  readonly heardAt: number
  /** How long the server held the request, and its time when it answered. */
  readonly heldMs: number
  readonly serverNow: number
}

/** The watchdog that ends a command looks twice a second, and clocks run at different speeds. */
const marginMs = 2_000

/**
 * Returns the runner's times for durations that count from an answer on. The server answered at the
 * earliest `heldMs` after the request was sent, so an expiry counted from then is never late.
 */
export function durationsOf({ sentAt, heldMs }: Exchange): Durations {
  const answeredAt = sentAt + heldMs
  return {
    expiry: (lastsMs) => new Date(answeredAt + lastsMs - marginMs),
    instant: (leftMs) => new Date(answeredAt + leftMs),
  }
}

/** Estimates the server's clock from its answers. */
export class ServerClock {
  #aheadMs: number | null = null

  /**
   * Each answer bounds how far the server's clock is ahead. The estimate moves no further than into
   * these bounds, so that a slow answer does not spoil it.
   */
  learn({ sentAt, heardAt, heldMs, serverNow }: Exchange): void {
    const [least, most] = [serverNow - heardAt, serverNow - sentAt - heldMs]
    this.#aheadMs = Math.min(Math.max(this.#aheadMs ?? Math.round((least + most) / 2), least), most)
  }

  /** Returns how far the server's clock is ahead of this one, in milliseconds. */
  get aheadMs(): number {
    return this.#aheadMs ?? 0
  }

  /** Returns an instant of this machine as the server's. */
  at(instant: number): number {
    return instant + this.aheadMs
  }
}
