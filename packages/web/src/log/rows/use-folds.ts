import { useCallback, useMemo, useState } from 'react'
import type { Group, LogFacts } from '../data/facts.ts'

/** What a person folded and unfolded, by job, for as long as the page lives (web L9): title lines, and whether they are folded. */
const kept = new Map<string, ReadonlyMap<number, boolean>>()
const none: ReadonlyMap<number, boolean> = new Map()

export interface Folds {
  /** Title lines of the groups that are folded. */
  readonly folded: ReadonlySet<number>
  set(line: number, isFolded: boolean): void
  /** Folds all, or unfolds all where most are folded. */
  toggleAll(): void
  /** Unfolds the group that a line is in, if any. */
  unfoldAround(line: number): void
}

/** Which groups are folded: as the person had it, else as the log says. */
export function useFolds(jobId: string, { groups, isComplete }: LogFacts): Folds {
  const [chosen, setChosen] = useState(() => kept.get(jobId) ?? none)
  const choose = useCallback(
    (change: (before: ReadonlyMap<number, boolean>) => ReadonlyMap<number, boolean>) =>
      setChosen((before) => {
        const next = change(before)
        kept.set(jobId, next)
        return next
      }),
    [jobId],
  )
  const folded = useMemo(
    () =>
      new Set(
        groups.filter((group) => chosen.get(group.line) ?? isFoldedAtFirst(group, isComplete)).map(({ line }) => line),
      ),
    [groups, chosen, isComplete],
  )
  return {
    folded,
    set: (line, isFolded) => choose((before) => new Map(before).set(line, isFolded)),
    toggleAll: () => choose(() => new Map(groups.map(({ line }) => [line, folded.size < groups.length / 2]))),
    unfoldAround: (line) => {
      const group = groupAround(groups, line)
      if (group !== undefined && group.line !== line && folded.has(group.line))
        choose((before) => new Map(before).set(group.line, false))
    },
  }
}

/** One that is written now is open; so is the one with the first error. */
function isFoldedAtFirst({ kind, failed, end }: Group, isComplete: boolean): boolean {
  return kind !== 'open' && !failed && (end !== null || isComplete)
}

/** The group that a line is in. Groups are in order, and none is in another. */
export function groupAround(groups: readonly Group[], line: number): Group | undefined {
  const group = groups.findLast((one) => one.line <= line)
  return group !== undefined && (group.end ?? Number.POSITIVE_INFINITY) >= line ? group : undefined
}
