/**
 * The commands that a command waits for, as indexes [start, end), and whether their failure is
 * tolerated.
 */
export interface GateRange {
  readonly start: number
  readonly end: number
  readonly tolerant: boolean
}

/**
 * The gate rule of `pipeline.md` 3, for the SDK and the flat form: what `wait` asks of the commands
 * after it. A gate is always the run of commands before the current segment, so two indexes
 * describe it.
 */
export class Gate {
  #start = 0
  #end = 0
  #tolerant = false
  #commands = 0

  /** Takes the next command and returns what it waits for. */
  command(): GateRange {
    this.#commands++
    return { start: this.#start, end: this.#end, tolerant: this.#tolerant && this.#end > this.#start }
  }

  /** Takes a wait. After a tolerant one, commands start however the ones before it ended. */
  wait(tolerant: boolean): void {
    if (this.#commands === this.#end) {
      this.#tolerant &&= tolerant
      return
    }
    if (!this.#tolerant) this.#start = this.#end
    this.#end = this.#commands
    this.#tolerant = tolerant
  }
}
