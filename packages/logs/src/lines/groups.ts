import { type LogGroup, MAX_GROUPS } from './line-index.ts'

/** Effect of a line on the groups: begins one, reopens the previous one, or ends the open one. */
export type GroupMark =
  | { readonly kind: 'closed' | 'open' | 'dim'; readonly title: string }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'end' }

const kinds = { '---': 'closed', '+++': 'open', '~~~': 'dim' } as const
/** Matches other lines that look like marks: diff headers and results of `go test`. */
const elsewhere = /^(?:[ab]\/|\/dev\/null|.*\t|(?:FAIL|PASS|SKIP|BENCH): )/
const longestTitle = 500

/** Parses a line without escape sequences as a mark; returns null for any other line. */
export function groupMark(line: string): GroupMark | null {
  const head = line.slice(0, 4)
  if (head === '--- ' || head === '+++ ' || head === '~~~ ') {
    const title = line.slice(4).trim()
    if (title === '' || elsewhere.test(line.slice(4))) return null
    return { kind: kinds[head.slice(0, 3) as keyof typeof kinds], title: title.slice(0, longestTitle) }
  }
  if (head === '^^^ ') return line.slice(4).trim() === '+++' ? { kind: 'reopen' } : null
  if (!line.startsWith('::')) return null
  if (line.startsWith('::group::')) return { kind: 'closed', title: line.slice(9).trim().slice(0, longestTitle) }
  return line.trimEnd() === '::endgroup::' ? { kind: 'end' } : null
}

/** Whether a line with this first byte may be a mark. */
export function mayBeginMark(byte: number): boolean {
  return byte === 0x2d || byte === 0x2b || byte === 0x7e || byte === 0x5e || byte === 0x3a || byte === ESC
}

const ESC = 0x1b

/**
 * Returns the first byte of a line after colour sequences; `ESC` when another escape sequence comes
 * first.
 */
export function firstShown(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (bytes[at] === ESC && bytes[at + 1] === 0x5b) {
    let last = at + 2
    while (last < end && (bytes[last] as number) < 0x40) last++
    if (last >= end) return ESC
    at = last + 1
  }
  return at < end ? (bytes[at] as number) : 0
}

/** Collects the groups of a log from its marks. A group ends where the next one begins. */
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

  /** Ends the open group with this line. Does nothing without an open group. */
  close(end: number): void {
    if (this.#groups.at(-1)?.end === null) this.#change({ end })
  }

  #change(change: Partial<LogGroup>): void {
    const last = this.#groups.pop()
    if (last !== undefined) this.#groups.push({ ...last, ...change })
  }
}
