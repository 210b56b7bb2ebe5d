/** A report has so many faults that it is no report. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

const mostFaults = 100

/** Counts places of a report that cannot be read. */
export class Faults {
  count = 0
  #first = ''

  /** Throws `Unreadable` after 100 of them. */
  add(what: string): void {
    this.#first ||= what
    if (++this.count >= mostFaults) throw new Unreadable(`it has ${mostFaults} faults, the first: ${this.#first}`)
  }
}
