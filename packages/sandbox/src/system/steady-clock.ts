/** How fast a clock that is wrong is led to the right time: so small a part of each duration is what it can be wrong by. */
export const steerRate = 1 / 200

/** Gives instants that no step of the wall clock moves: the boot clock plus an offset. */
export class SteadyClock {
  readonly #bootTime: () => number
  #aheadMs: number
  #steeredAt: number
  #leftMs = 0

  /** `aheadMs`: the instant at which the boot clock was 0. */
  constructor(bootTime: () => number, aheadMs: number) {
    this.#bootTime = bootTime
    this.#aheadMs = aheadMs
    this.#steeredAt = bootTime()
  }

  /** Milliseconds since 1970; never less than before, but for `set`. */
  readonly now = (): number => Math.floor(this.at(this.#bootTime()))

  /** The instant at which the boot clock shows, or showed, this. */
  at(bootTime: number): number {
    const most = Math.max(0, bootTime - this.#steeredAt) * steerRate
    return bootTime + this.#aheadMs + Math.sign(this.#leftMs) * Math.min(Math.abs(this.#leftMs), most)
  }

  /** Leads to an instant that is so much later, or earlier, little by little: nothing that is measured meanwhile is off by more than `steerRate`. */
  steer(byMs: number): void {
    const bootTime = this.#bootTime()
    this.#aheadMs = this.at(bootTime) - bootTime
    this.#steeredAt = bootTime
    this.#leftMs = byMs
  }

  /** Jumps: only for when nothing is measured. */
  set(aheadMs: number): void {
    this.#aheadMs = aheadMs
    this.#steeredAt = this.#bootTime()
    this.#leftMs = 0
  }
}
