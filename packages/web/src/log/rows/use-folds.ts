import { useCallback, useMemo, useState } from 'react'
import type { Group, LogFacts } from '../data/facts.ts'

/** Folds chosen by the person, by job, kept while the page is open (web L9). */
const foldsByJob = new Map<string, ReadonlyMap<number, boolean>>()
const none: ReadonlyMap<number, boolean> = new Map()

export interface Folds {
  /** Title lines of folded groups. */
  readonly folded: ReadonlySet<number>
  set(line: number, isFolded: boolean): void
  /** Folds all groups, or unfolds all if most are folded. */
  toggleAll(): void
}

/** Returns the folded groups, by the person's choice or else by the log. */
export function useFolds(jobId: string, { groups, isComplete }: LogFacts): Folds {
  const [chosen, setChosen] = useState(() => foldsByJob.get(jobId) ?? none)
  const choose = useCallback(
    (change: (before: ReadonlyMap<number, boolean>) => ReadonlyMap<number, boolean>) =>
      setChosen((before) => {
        const next = change(before)
        foldsByJob.set(jobId, next)
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
  }
}

/** Folds a finished group without errors, unless the log opened it. */
function isFoldedAtFirst({ kind, failed, end }: Group, isComplete: boolean): boolean {
  return kind !== 'open' && !failed && (end !== null || isComplete)
}

/** Returns the group around a line. Groups are sorted and disjoint. */
export function groupAround(groups: readonly Group[], line: number): Group | undefined {
  const group = groups.findLast((one) => one.line <= line)
  return group !== undefined && (group.end ?? Number.POSITIVE_INFINITY) >= line ? group : undefined
}
