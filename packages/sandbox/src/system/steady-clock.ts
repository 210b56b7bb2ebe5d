/**
 * The rate at which a wrong clock is corrected. Measured durations are wrong by at most this
 * fraction.
 */
export const steerRate = 1 / 200

/** A clock that steps of the wall clock do not affect: the boot clock plus an offset. */
export class SteadyClock {
  readonly #bootTime: () => number
  #aheadMs: number
  #steeredAt: number
  #leftMs = 0

  /** @param aheadMs the instant at which the boot clock was 0, in Unix milliseconds. */
  constructor(bootTime: () => number, aheadMs: number) {
    this.#bootTime = bootTime
    this.#aheadMs = aheadMs
    this.#steeredAt = bootTime()
  }

  /** Milliseconds since 1970. Never goes backwards, except by `set`. */
  readonly now = (): number => Math.floor(this.at(this.#bootTime()))

  /** Returns the instant for a reading of the boot clock. */
  at(bootTime: number): number {
    const most = Math.max(0, bootTime - this.#steeredAt) * steerRate
    return bootTime + this.#aheadMs + Math.sign(this.#leftMs) * Math.min(Math.abs(this.#leftMs), most)
  }

  /**
   * Moves the clock by `byMs` gradually. Durations measured meanwhile are wrong by at most
   * `steerRate`.
   */
  steer(byMs: number): void {
    const bootTime = this.#bootTime()
    this.#aheadMs = this.at(bootTime) - bootTime
    this.#steeredAt = bootTime
    this.#leftMs = byMs
  }

  /** Changes the offset immediately. Call it only while no duration is being measured. */
  set(aheadMs: number): void {
    this.#aheadMs = aheadMs
    this.#steeredAt = this.#bootTime()
    this.#leftMs = 0
  }
}
