/** How fast a wrong clock is corrected. A measured duration is off by at most this fraction. */
export const steerRate = 1 / 200

/** A clock that no step of the wall clock moves: the boot clock plus an offset. */
export class SteadyClock {
  readonly #bootTime: () => number
  #aheadMs: number
  #steeredAt: number
  #leftMs = 0

  /** @param aheadMs the instant at which the boot clock was 0. */
  constructor(bootTime: () => number, aheadMs: number) {
    this.#bootTime = bootTime
    this.#aheadMs = aheadMs
    this.#steeredAt = bootTime()
  }

  /** Milliseconds since 1970. Never goes back, except by `set`. */
  readonly now = (): number => Math.floor(this.at(this.#bootTime()))

  /** Returns the instant for a reading of the boot clock. */
  at(bootTime: number): number {
    const most = Math.max(0, bootTime - this.#steeredAt) * steerRate
    return bootTime + this.#aheadMs + Math.sign(this.#leftMs) * Math.min(Math.abs(this.#leftMs), most)
  }

  /**
   * Moves the clock by `byMs` gradually. No duration measured meanwhile is off by more than
   * `steerRate`.
   */
  steer(byMs: number): void {
    const bootTime = this.#bootTime()
    this.#aheadMs = this.at(bootTime) - bootTime
    this.#steeredAt = bootTime
    this.#leftMs = byMs
  }

  /** Jumps to a new offset. Call it only when nothing is being measured. */
  set(aheadMs: number): void {
    this.#aheadMs = aheadMs
    this.#steeredAt = this.#bootTime()
    this.#leftMs = 0
  }
}
