import { ArrowDown, ArrowDownToLine, ArrowUp, Ellipsis, Expand, Search, Shrink, WrapText } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Schema } from '../api/schemas.ts'
import { useIsNarrow } from '../browser/use-is-narrow.ts'
import { Menu, MenuChoices, MenuItem, MenuLabel, MenuSeparator } from '../design/overlays/menu.tsx'
import { thousands } from '../text/count.ts'
import { errorNoun } from './data/facts.ts'
import type { LineRange } from './data/permalink.ts'
import { downloadLinks } from './download-links.ts'
import { fontSizes, setLogPreferences } from './preferences.ts'
import type { TimeMode } from './terminal/line-times.ts'
import type { LogViewState } from './use-log-view.ts'

interface LogToolbarProps {
  readonly view: LogViewState
  readonly job: Schema<'JobView'>
  /** Content at the start of the row. */
  readonly lead?: ReactNode
  readonly isFull: boolean
  readonly onFull: () => void
  /** Whether narrow screens show the search. The search stays open while it has a text. */
  readonly isSearchOpen: boolean
  readonly onSearch: () => void
  readonly copyLines: (lines: LineRange) => Promise<unknown>
  /** The search. */
  readonly children: ReactNode
}

const times: readonly { readonly value: TimeMode; readonly label: string }[] = [
  { value: 'off', label: 'No timestamps' },
  { value: 'since', label: 'Since the start' },
  { value: 'local', label: 'Local time' },
  { value: 'utc', label: 'UTC' },
]

/** Shows the tools of the log, some of them in a menu. */
export function LogToolbar(props: LogToolbarProps) {
  const { view, job, lead, isFull, onFull, isSearchOpen, onSearch, children } = props
  const { facts, follow, isWrapped } = view
  const isSearching = view.search.text !== ''
  // A narrow row contains the step's name, so less common tools move to the menu.
  const isNarrow = useIsNarrow()
  return (
    <div
      className="flex flex-wrap items-center gap-1 border-b border-hairline px-2 max-md:gap-0 md:py-1"
      role="toolbar"
      aria-label="Log"
    >
      {lead}
      <span className={isSearchOpen || isSearching ? 'contents' : 'contents max-md:hidden'}>{children}</span>
      <span className="ml-auto flex items-center gap-1 max-md:gap-0">
        {facts.errors.length > 0 && (
          <ErrorSteps count={facts.errors.length} noun={errorNoun(facts, job.failure)} onStep={view.stepError} />
        )}
        {!facts.isComplete && (
          <ToolButton label="Follow the end" isPressed={follow.isOn} onClick={() => follow.set(!follow.isOn)}>
            <ArrowDownToLine size={16} aria-hidden="true" /> <span className="max-md:hidden">Follow</span>
          </ToolButton>
        )}
        {isNarrow ? (
          <ToolButton
            label="Search the log (/)"
            isPressed={isSearchOpen || isSearching}
            isOff={isSearching}
            onClick={onSearch}
          >
            <Search size={16} aria-hidden="true" />
          </ToolButton>
        ) : (
          <ViewTools {...{ isWrapped, isFull, onFull }} />
        )}
        <More {...props} isNarrow={isNarrow} />
      </span>
    </div>
  )
}

const setWrap = (wrap: boolean) => setLogPreferences({ wrap })

interface ViewToolsProps extends Pick<LogToolbarProps, 'isFull' | 'onFull'> {
  readonly isWrapped: boolean
}

function ViewTools({ isWrapped, isFull, onFull }: ViewToolsProps) {
  return (
    <>
      <ToolButton label="Wrap long lines (w)" isPressed={isWrapped} onClick={() => setWrap(!isWrapped)}>
        <WrapText size={16} aria-hidden="true" />
      </ToolButton>
      <ToolButton label={isFull ? 'Leave full screen (z)' : 'Full screen (z)'} isPressed={isFull} onClick={onFull}>
        {isFull ? <Shrink size={16} aria-hidden="true" /> : <Expand size={16} aria-hidden="true" />}
      </ToolButton>
    </>
  )
}

interface ErrorStepsProps {
  readonly count: number
  /** The singular noun for an error. */
  readonly noun: string
  readonly onStep: (isBack: boolean) => void
}

/** Counts the errors, and moves between them. */
function ErrorSteps({ count, noun, onStep }: ErrorStepsProps) {
  return (
    <span className="inline-flex items-center">
      <ToolButton label={`Previous ${noun} (E)`} onClick={() => onStep(true)}>
        <ArrowUp size={16} aria-hidden="true" />
      </ToolButton>
      <span className="text-13 text-fail tabular">
        {thousands(count)}
        {count === 1000 ? '+' : ''} {count === 1 ? noun : `${noun}s`}
      </span>
      <ToolButton label={`Next ${noun} (e)`} onClick={() => onStep(false)}>
        <ArrowDown size={16} aria-hidden="true" />
      </ToolButton>
    </span>
  )
}

/** The menu of less common tools; on a narrow screen also of tools without room in the row. */
function More({ view, job, isNarrow, isFull, onFull, copyLines }: LogToolbarProps & { readonly isNarrow: boolean }) {
  const { isWrapped, isStderrOnly, preferences, facts, folds, marked } = view
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" aria-label="More for this log" title="More" className={toolClass}>
          <Ellipsis size={16} aria-hidden="true" />
        </button>
      }
    >
      {isNarrow && (
        <>
          <MenuItem onSelect={onFull}>{isFull ? 'Leave full screen' : 'Full screen'}</MenuItem>
          <MenuItem onSelect={() => setWrap(!isWrapped)}>
            {isWrapped ? 'Do not wrap lines' : 'Wrap long lines'}
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      <MenuLabel>Times</MenuLabel>
      <MenuChoices value={preferences.times} choices={times} onChange={(mode) => setLogPreferences({ times: mode })} />
      <MenuSeparator />
      <TextSizes size={preferences.fontSize} />
      <MenuItem onSelect={folds.toggleAll} refused={facts.groups.length === 0 ? 'This log has no groups' : null}>
        Fold or unfold all groups
      </MenuItem>
      <MenuItem onSelect={() => view.setStderrOnly(!isStderrOnly)}>
        {isStderrOnly ? 'Show stdout' : 'Only stderr'}
      </MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => void copyLines(marked ?? { from: 1, to: facts.totalLines })}>
        Copy {rangeWords(marked)}
      </MenuItem>
      <Downloads jobId={job.id} />
    </Menu>
  )
}

function TextSizes({ size }: { readonly size: number }) {
  return (
    <>
      <MenuItem
        onSelect={() => setLogPreferences({ fontSize: size + 1 })}
        refused={size >= fontSizes.most ? 'This is the largest size' : null}
      >
        Larger text ({size} px)
      </MenuItem>
      <MenuItem
        onSelect={() => setLogPreferences({ fontSize: size - 1 })}
        refused={size <= fontSizes.least ? 'This is the smallest size' : null}
      >
        Smaller text
      </MenuItem>
    </>
  )
}

function Downloads({ jobId }: { readonly jobId: string }) {
  const links = downloadLinks(jobId)
  return (
    <>
      <MenuItem asChild>
        <a href={links.download}>Download</a>
      </MenuItem>
      <MenuItem asChild>
        <a href={links.plain}>Download without colors</a>
      </MenuItem>
      <MenuItem asChild>
        <a href={links.raw} target="_blank" rel="noopener noreferrer">
          Open raw
        </a>
      </MenuItem>
    </>
  )
}

function rangeWords(lines: LineRange | null): string {
  if (lines === null) return 'all lines'
  return lines.from === lines.to ? `line ${lines.from}` : `lines ${lines.from} to ${lines.to}`
}

const toolClass =
  'inline-flex min-h-7 min-w-7 pointer-coarse:min-h-11 pointer-coarse:min-w-11 items-center justify-center gap-1 rounded-small px-1.5 text-13 hover:bg-sunk aria-pressed:bg-sunk aria-pressed:font-semibold disabled:opacity-50'

interface ToolButtonProps {
  readonly label: string
  readonly onClick: () => void
  readonly isPressed?: boolean
  readonly isOff?: boolean
  readonly children: ReactNode
}

/** A small button whose name is also its tooltip. */
export function ToolButton({ label, onClick, isPressed, isOff = false, children }: ToolButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={isPressed}
      disabled={isOff}
      onClick={onClick}
      className={toolClass}
    >
      {children}
    </button>
  )
}
