/** The commands, as a range of indexes [start, end), that a command has to wait for, and whether their failure is tolerated. */
export interface GateRange {
  readonly start: number
  readonly end: number
  readonly tolerant: boolean
}

/**
 * The gate rule of `pipeline.md` 3, for the SDK and the flat form: what `wait` asks of the commands after it. Commands are numbered as they come,
 * and a gate always is the run of commands before the segment, so two indexes hold it.
 */
export class Gate {
  #start = 0
  #end = 0
  #tolerant = false
  #commands = 0

  /** Takes the next command and gives what it waits for. */
  command(): GateRange {
    this.#commands++
    return { start: this.#start, end: this.#end, tolerant: this.#tolerant && this.#end > this.#start }
  }

  /** Takes a wait; with a tolerant one the commands after it start whatever became of those before. */
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
