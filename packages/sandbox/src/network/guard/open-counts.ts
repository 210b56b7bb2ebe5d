/** Counts what each sandbox has open, and remembers only those that have something. */
export class OpenCounts {
  readonly #most: number
  readonly #open = new Map<string, number>()

  /** @param most that one sandbox may have open at a time. */
  constructor(most: number) {
    this.#most = most
  }

  /** Counts one more. False, and nothing is counted, for a sandbox that has as many as it may. */
  begin(sandbox: string): boolean {
    const open = this.#open.get(sandbox) ?? 0
    if (open >= this.#most) return false
    this.#open.set(sandbox, open + 1)
    return true
  }

  /** Counts one less. Call it once for each that began. */
  end(sandbox: string): void {
    const left = (this.#open.get(sandbox) ?? 1) - 1
    if (left === 0) this.#open.delete(sandbox)
    else this.#open.set(sandbox, left)
  }
}
