import { Draft } from './draft.ts'
import type { NumberedLine } from './failure.ts'
import type { FailureList, Rank } from './failure-list.ts'

/**
 * Reads the reports of one tool, line by line, in constant memory. Each pattern of a reader takes
 * time linear in the length of the line.
 */
export abstract class Reader {
  /** Whether the tool reports failures twice: as they happen and at its end. */
  readonly sumsUp: boolean = false
  protected draft: Draft | null = null
  readonly #list: FailureList

  constructor(list: FailureList) {
    this.#list = list
  }

  /** Whether the next line matters, whatever its content. */
  get isOpen(): boolean {
    return this.draft !== null
  }

  /** Takes the next line. */
  read(line: NumberedLine): void {
    this.step(line)
    this.draft?.keep(line)
  }

  /** Takes the end of the log. */
  end(): void {
    this.close()
  }

  protected abstract step(line: NumberedLine): void

  /** Begins a failure and ends the previous one. */
  protected begin(test: string | null, { number }: NumberedLine): Draft {
    this.close()
    this.draft = new Draft(test, number)
    return this.draft
  }

  /** Ends the failure that is being read. */
  protected close(rank: Rank = 'test', otherwise = 'failed'): void {
    if (this.draft !== null) this.add(this.draft, rank, otherwise)
    this.draft = null
  }

  protected add(draft: Draft, rank: Rank = 'test', otherwise = 'failed'): void {
    this.#list.add(draft.finish(otherwise), rank, this, draft.heading)
  }

  /** Removes this reader's failures from this line on. */
  protected retract(from: number): void {
    this.#list.retract(this, from)
  }
}
