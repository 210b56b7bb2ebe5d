/** A report has too many faults to be read. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

const mostFaults = 100

/** Counts the unreadable places of a report. */
export class Faults {
  count = 0
  #first = ''

  /** Throws `Unreadable` after 100 of them. */
  add(what: string): void {
    this.#first ||= what
    if (++this.count >= mostFaults) throw new Unreadable(`it has ${mostFaults} faults, the first: ${this.#first}`)
  }
}
