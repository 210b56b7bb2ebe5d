import type { GroupMark } from './groups.ts'
import { type LogGroup, MAX_GROUPS } from './line-index.ts'

/** The groups of a log, as its marks come. A group ends where the next one begins. */
export class GroupList {
  readonly #groups: LogGroup[] = []

  get groups(): readonly LogGroup[] {
    return this.#groups
  }

  take(mark: GroupMark, line: number): void {
    if (mark.kind === 'end') this.close(line)
    else if (mark.kind === 'reopen') this.#change({ kind: 'open' })
    else {
      this.close(line - 1)
      if (this.#groups.length < MAX_GROUPS) this.#groups.push({ line, end: null, title: mark.title, kind: mark.kind })
    }
  }

  /** The open group ends with this line; does nothing when none is open. */
  close(end: number): void {
    if (this.#groups.at(-1)?.end === null) this.#change({ end })
  }

  #change(change: Partial<LogGroup>): void {
    const last = this.#groups.pop()
    if (last !== undefined) this.#groups.push({ ...last, ...change })
  }
}
