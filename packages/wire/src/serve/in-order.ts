import { Refused } from './refused.ts'

interface Line {
  session: string
  turn: number
  last: Promise<unknown>
}

const mostLines = 10_000

/**
 * Runs work that must stay in order, such as the appends of one log, one at a time. A proxy may
 * deliver a request long after its runner has repeated it. After a later request it would revert
 * the log, so it is refused.
 */
export class InOrder {
  readonly #lines = new Map<string, Line>()

  /**
   * Runs the work of turn `SESSION:NUMBER` in this line. Throws `Refused` if a later turn has
   * begun.
   */
  async run<T>(line: string, turn: string, work: () => Promise<T>): Promise<T> {
    const known = this.enter(line, turn)
    const done = known.last.then(work, work)
    known.last = done.catch(() => undefined)
    return done
  }

  /**
   * Records that turn `SESSION:NUMBER` has begun in this line. Throws `Refused` if a later turn has
   * begun.
   */
  enter(line: string, turn: string): { last: Promise<unknown> } {
    const [session = '', number = ''] = turn.split(':')
    if (!/^[0-9]{1,15}$/.test(number)) throw new Refused(400, 'bad_request', 'The turn is not SESSION:NUMBER.')
    const known = this.#lines.get(line) ?? { session, turn: 0, last: Promise.resolve() }
    // Another session is another process of the runner, which counts from the start.
    if (known.session === session && known.turn > Number(number))
      throw new Refused(409, 'late', 'A later request arrived before this one.')
    known.session = session
    known.turn = Number(number)
    this.#keep(line, known)
    return known
  }

  #keep(line: string, known: Line): void {
    this.#lines.delete(line)
    this.#lines.set(line, known)
    const [oldest] = this.#lines.keys()
    if (this.#lines.size > mostLines && oldest !== undefined) this.#lines.delete(oldest)
  }
}
