/** Counts open connections or queries by sandbox. Sandboxes without any take no memory. */
export class OpenCounts {
  readonly #most: number
  readonly #open = new Map<string, number>()

  /** @param most maximum number that one sandbox may have open at a time. */
  constructor(most: number) {
    this.#most = most
  }

  /** Counts one more. Returns false, and counts nothing, if the sandbox is at the limit. */
  begin(sandbox: string): boolean {
    const open = this.#open.get(sandbox) ?? 0
    if (open >= this.#most) return false
    this.#open.set(sandbox, open + 1)
    return true
  }

  /** Counts one less. Call it once for each `begin` that returned true. */
  end(sandbox: string): void {
    const left = (this.#open.get(sandbox) ?? 1) - 1
    if (left === 0) this.#open.delete(sandbox)
    else this.#open.set(sandbox, left)
  }
}
