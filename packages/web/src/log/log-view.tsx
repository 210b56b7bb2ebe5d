import { type RefObject, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { copyText } from '../browser/clipboard.ts'
import { useShortcuts } from '../interaction/shortcuts.ts'
import { toast } from '../interaction/toasts.tsx'
import { counted } from '../text/count.ts'
import { isRemoved } from './data/facts.ts'
import { writeSearch } from './data/search-text.ts'
import { downloadLinks } from './download-links.ts'
import { GoToLine } from './go-to-line.tsx'
import { LogToolbar } from './log-toolbar.tsx'
import { EmptyLog, NewLines, Notices } from './notices.tsx'
import { setLogPreferences } from './preferences.ts'
import { LogRows, MarksBar } from './rows/log-rows.tsx'
import { groupAround } from './rows/use-folds.ts'
import { SearchBar } from './search-bar.tsx'
import { nextTimes } from './terminal/line-times.ts'
import { useCopy } from './use-copy.ts'
import { useLogKeys } from './use-log-keys.ts'
import { type LogViewProps, type LogViewState, useLogView, useRowClicks } from './use-log-view.ts'

/** Shows a loaded log: toolbar, notices and rows. */
export function LogView(props: LogViewProps) {
  const { job, onFindChange, lead } = props
  const view = useLogView(props)
  const { data, facts, search, searching, marked, look } = view
  const scroller = useRef<HTMLElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const [isFull, setFull] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const [isSearchOpen, setSearchOpen] = useState(false)
  const [isFocused, setFocused] = useState(false)
  const { copyLines, onCopy, selectAll } = useCopy(data, look.lines)
  useShortcuts('log', [{ keys: 'Escape', does: 'Leave full screen', run: () => setFull(false) }], isFull)
  useKeys(view, isFocused, {
    search: () => {
      // The field must exist before it can be focused.
      flushSync(() => setSearchOpen(true))
      field.current?.select()
    },
    selectAll,
    goToLine: () => setAsking(true),
    fullScreen: () => setFull(!isFull),
    download: () => location.assign(downloadLinks(job.id).download),
  })
  const goToLine = (line: number) => {
    setAsking(false)
    view.goToLine(line)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only observes focus and copying
    <div
      className={isFull ? 'fixed inset-0 z-30 flex flex-col bg-ground' : 'flex h-full min-h-0 flex-col'}
      // In the search field keys are text, and a second Ctrl F opens the browser's search.
      onFocus={({ target }) => setFocused(target !== field.current)}
      onBlur={(event) => setFocused(event.currentTarget.contains(event.relatedTarget))}
      onCopy={onCopy}
    >
      <LogToolbar
        {...{ view, job, lead, isFull, isSearchOpen, copyLines }}
        onFull={() => setFull(!isFull)}
        onSearch={() => setSearchOpen(!isSearchOpen)}
      >
        <SearchBar
          ref={field}
          search={search}
          searching={searching}
          onChange={(next) => onFindChange(next.text === '' ? undefined : writeSearch(next))}
          onStep={(isBack) => void view.stepHit(isBack)}
          onLeave={() => scroller.current?.focus()}
        />
      </LogToolbar>
      <Notices
        facts={facts}
        marked={marked}
        problem={data.problem}
        stderrLooked={view.isStderrOnly ? view.stderr.looked : null}
        onAll={view.onUnfilter}
      />
      <Lines view={view} job={job} scroller={scroller} />
      {isAsking && <GoToLine totalLines={facts.totalLines} onClose={() => setAsking(false)} onGo={goToLine} />}
    </div>
  )
}

interface LinesProps extends Pick<LogViewProps, 'job'> {
  readonly view: LogViewState
  readonly scroller: RefObject<HTMLElement | null>
}

/** Shows the rows, and notes about invisible lines above them. */
function Lines({ view, job, scroller }: LinesProps) {
  const { data, facts, preferences, rows, searching, follow, isWrapped, look } = view
  const onClick = useRowClicks(view)
  const isFilterEmpty = view.only !== null && view.only.length === 0
  return (
    <div className="relative min-h-0 flex-1">
      <LogRows
        label={`Log of ${job.name}, ${counted(facts.totalLines, 'line')}`}
        rows={rows}
        first={view.firstLine}
        data={data}
        version={view.version}
        look={look}
        fontSize={preferences.fontSize}
        rowHeight={view.rowHeight}
        isWrapped={isWrapped}
        scroller={scroller}
        onClick={onClick}
      />
      {((facts.totalLines === 0 && !isRemoved(facts)) || isFilterEmpty) && (
        <div className="absolute inset-x-0" style={{ top: rows.model.count * view.rowHeight }}>
          {isFilterEmpty ? (
            <p className="px-4 py-6 text-muted">No line matches the filter.</p>
          ) : (
            <EmptyLog isComplete={facts.isComplete} exitCode={job.exit_code} hasStarted={job.started_at != null} />
          )}
        </div>
      )}
      <MarksBar
        errors={facts.errors}
        hits={searching.hits}
        shareOf={rows.shareOf}
        onGo={(share) => rows.window.goTo(share * rows.window.total - rows.window.view / 2)}
      />
      {!facts.isComplete && !follow.isOn && <NewLines count={follow.missed} onGo={() => follow.set(true)} />}
    </div>
  )
}

type OwnKeys = Pick<Parameters<typeof useLogKeys>[0], 'search' | 'selectAll' | 'goToLine' | 'fullScreen' | 'download'>

function useKeys(view: LogViewState, isFocused: boolean, own: OwnKeys): void {
  const { preferences, isWrapped, rows, folds, facts, follow, topLine } = view
  useLogKeys(
    {
      ...own,
      step: (isBack) => void view.stepHit(isBack),
      error: view.stepError,
      start: () => {
        follow.set(false)
        rows.window.goTo(0)
      },
      end: () => {
        rows.window.goToEnd()
        if (!facts.isComplete) follow.set(true)
      },
      times: () => setLogPreferences({ times: nextTimes(preferences.times) }),
      wrap: () => setLogPreferences({ wrap: !isWrapped }),
      fold: () => {
        const group = groupAround(facts.groups, topLine())
        if (group !== undefined) folds.set(group.line, !folds.folded.has(group.line))
      },
      foldAll: folds.toggleAll,
      copyLink: () =>
        void copyText(location.href).then((isCopied) =>
          toast(isCopied ? 'Link copied' : location.href, { isProblem: !isCopied }),
        ),
    },
    isFocused,
  )
}
