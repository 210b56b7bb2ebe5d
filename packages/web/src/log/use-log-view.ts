import { useNavigate, useRouterState } from '@tanstack/react-router'
import { type MouseEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { useIsNarrow } from '../browser/use-is-narrow.ts'
import type { LogFacts } from './data/facts.ts'
import { rangesOf } from './data/hits.ts'
import type { LogData } from './data/log-data.ts'
import { type LineRange, rangeAfterClick, readFragment, writeFragment } from './data/permalink.ts'
import type { LogPlace } from './data/queries.ts'
import { readSearch } from './data/search-text.ts'
import { useLogData } from './data/use-log-data.ts'
import { type LogSearching, useLogSearch } from './data/use-log-search.ts'
import { useStderrOnly } from './data/use-stderr-only.ts'
import { downloadLinks } from './download-links.ts'
import { rowHeightOf, useLogPreferences } from './preferences.ts'
import type { LineLook } from './rows/line-row.tsx'
import type { RowsLook } from './rows/log-block.tsx'
import { useSelectionPin } from './rows/selection.ts'
import { useFolds } from './rows/use-folds.ts'
import { useFollow } from './rows/use-follow.ts'
import { type Rows, useRows, wantedLines } from './rows/use-rows.ts'
import { firstLineOf, useTarget } from './rows/use-target.ts'
import type { TimeMode } from './terminal/line-times.ts'
import { useJumps } from './use-jumps.ts'

export interface LogViewerProps extends Omit<LogPlace, 'jobId'> {
  /** The attempt whose log is shown. */
  readonly job: Schema<'JobView'>
  readonly startAt: 'error' | 'tail' | 'start'
  /** Content at the start of the toolbar's row; on narrow screens the step's name (web T4). */
  readonly lead?: ReactNode
  /** The search, as stored in the address. */
  readonly find?: string | undefined
  readonly onFindChange: (find: string | undefined) => void
  /** The forge's page of the repository, and the commit of the build. */
  readonly repository: { readonly url: string; readonly commit: string } | null
}

export interface LogViewProps extends LogViewerProps {
  readonly place: LogPlace
  readonly first: Schema<'JobLogView'>
}

/** Returns the state and actions of the log viewer, which `LogView` draws. */
export function useLogView({ place, first, job, startAt, find, repository }: LogViewProps) {
  const { data, version } = useLogData(place, first)
  const { facts } = data
  const { errors, t0, totalLines } = facts
  const preferences = useLogPreferences()
  const isNarrow = useIsNarrow()
  const isWrapped = preferences.wrap ?? isNarrow
  const rowHeight = rowHeightOf(preferences.fontSize)
  const [marked, mark] = useFragment()
  const search = useMemo(() => readSearch(find), [find])
  const searching = useLogSearch(place, search, facts)
  const folds = useFolds(job.id, facts)
  const [isSetupOpen, setSetupOpen] = useState(false)
  const [opened, setOpened] = useState<ReadonlySet<number>>(() => new Set())
  const [isStderrOnly, setStderrOnly] = useState(false)
  const stderr = useStderrOnly(place, isStderrOnly, facts)
  const follow = useFollow(startAt === 'tail' && marked === null && !facts.isComplete, totalLines)
  const only = stderr.lines ?? searching.only
  // Following continues at the end, because the last lines arrive with the final event.
  const isFollowing = follow.isOn
  const [firstLine] = useState(() => firstLineOf(facts, marked, startAt))
  const rows = useRows({ facts, folds, isSetupOpen, only, rowHeight, isWrapped, isFollowing, first: firstLine })
  const { setOnly } = searching
  const onUnfilter = useCallback(() => {
    setStderrOnly(false)
    setOnly(false)
  }, [setOnly])
  const goTo = useTarget({ facts, folds, rows, marked, first: firstLine, onUnfilter })
  useSelectionPin(rows.window, rows.model)
  const { watch, set: setFollow } = follow
  useEffect(() => {
    if (marked !== null) setFollow(false)
  }, [marked, setFollow])
  useEffect(() => watch(rows.window), [watch, rows.window])
  const { model } = rows
  useVisibleLines(data, rows, searching.show)
  const lines = useLineLook(preferences.times, t0, repository, job.id)
  const errorLines = useMemo(() => new Set(errors), [errors])
  const { hits, now } = searching
  const hitsOf = useCallback((line: number) => rangesOf(hits, line), [hits])
  const look: RowsLook = useMemo(
    () => ({ lines, model, marked, errors: errorLines, hitsOf, nowHit: now, opened, isSetupOpen }),
    [lines, model, marked, errorLines, hitsOf, now, opened, isSetupOpen],
  )
  const jumps = useJumps({ errors, searching, rows, goTo, mark, unfollow: () => setFollow(false) })
  return {
    ...{ data, version, facts, preferences, isWrapped, rowHeight, marked, mark, search, searching, folds, follow },
    ...{ isStderrOnly, setStderrOnly, stderr, firstLine, rows, look, only, onUnfilter },
    ...jumps,
    toggleSetup: () => setSetupOpen((isOpen) => !isOpen),
    toggleOpened: (line: number) => setOpened((before) => withToggled(before, line)),
  }
}

export type LogViewState = ReturnType<typeof useLogView>

/** Requests the visible lines, and their hits. */
function useVisibleLines(data: LogData, { model, shown }: Rows, showHits: LogSearching['show']): void {
  useEffect(() => {
    const runs = wantedLines(model, shown)
    data.setVisible(runs)
    const first = runs[0]
    if (first !== undefined) showHits(...first)
  })
}

/** Returns the look of all lines. */
function useLineLook(
  times: TimeMode,
  t0: LogFacts['t0'],
  repository: LogViewerProps['repository'],
  jobId: string,
): LineLook {
  const url = repository?.url
  const commit = repository?.commit
  return useMemo(
    () => ({
      times,
      t0,
      source: url === undefined || commit === undefined ? null : { url, commit },
      download: downloadLinks(jobId).download,
    }),
    [times, t0, url, commit, jobId],
  )
}

function withToggled(set: ReadonlySet<number>, line: number): ReadonlySet<number> {
  const next = new Set(set)
  if (!next.delete(line)) next.add(line)
  return next
}

/** Returns the lines that the address marks (web L13), and a function that marks others. */
function useFragment(): readonly [marked: LineRange | null, mark: (range: LineRange | null) => void] {
  const hash = useRouterState({ select: ({ location }) => location.hash })
  const navigate = useNavigate()
  const marked = useMemo(() => readFragment(hash), [hash])
  const mark = useCallback(
    (range: LineRange | null) =>
      void navigate({
        to: '.',
        search: true,
        hash: writeFragment(range).slice(1),
        replace: true,
        resetScroll: false,
        hashScrollIntoView: false,
      }),
    [navigate],
  )
  return [marked, mark]
}

/**
 * Handles all clicks in the rows with one listener: numbers mark lines, titles fold groups, notes
 * open details.
 */
export function useRowClicks({ data, marked, mark, folds, toggleSetup, toggleOpened }: LogViewState) {
  const anchor = useRef<number | null>(null)
  return (event: MouseEvent<HTMLElement>) => {
    if (!(event.target instanceof Element)) return
    const clicked = event.target.closest<HTMLElement>(
      '[data-number], [data-fold], [data-setup], [data-updates], [data-more]',
    )
    const { number, fold, setup, updates, more } = clicked?.dataset ?? {}
    if (number !== undefined) {
      // With these keys the browser opens a link elsewhere.
      if (event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      const line = Number(number)
      mark(rangeAfterClick(anchor.current ?? marked?.from ?? null, line, event.shiftKey))
      if (!event.shiftKey) anchor.current = line
    } else if (fold !== undefined) folds.set(Number(fold), !folds.folded.has(Number(fold)))
    else if (setup !== undefined) toggleSetup()
    else if (updates !== undefined) toggleOpened(Number(updates))
    else if (more !== undefined) data.openLine(Number(more))
  }
}
