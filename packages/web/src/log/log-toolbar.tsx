import { ArrowDown, ArrowDownToLine, ArrowUp, Ellipsis, Expand, Search, Shrink, WrapText } from 'lucide-react'
import type { ReactNode } from 'react'
import { useIsNarrow } from '../browser/use-is-narrow.ts'
import { Menu, MenuChoices, MenuItem, MenuLabel, MenuSeparator } from '../design/overlays/menu.tsx'
import { thousands } from '../text/count.ts'
import { downloadLinks } from './download-links.ts'
import { fontSizes, type LogPreferences, setLogPreferences } from './preferences.ts'
import type { TimeMode } from './terminal/line-times.ts'

interface LogToolbarProps {
  /** The start of the row. */
  readonly lead: ReactNode
  readonly jobId: string
  readonly preferences: LogPreferences
  readonly isWrapped: boolean
  readonly isFull: boolean
  readonly onFull: () => void
  /** Opens or closes the search on narrow screens; null: it must stay open. */
  readonly onSearch: (() => void) | null
  readonly isSearchOpen: boolean
  /** Null once the log is complete. */
  readonly follow: { readonly isOn: boolean; readonly onChange: (isOn: boolean) => void } | null
  readonly errors: number
  /** The singular noun for an error. */
  readonly errorNoun: string
  readonly onError: (isBack: boolean) => void
  readonly groups: number
  readonly onFoldAll: () => void
  readonly isStderrOnly: boolean
  readonly onStderrOnly: () => void
  readonly onCopy: () => void
  /** The name of the text that `onCopy` copies. */
  readonly copied: string
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
  const { lead, isWrapped, isFull, onFull, onSearch, isSearchOpen, follow, errors, errorNoun, onError, children } =
    props
  // A narrow row holds the step's name, so rare tools move to the menu.
  const isNarrow = useIsNarrow()
  return (
    <div
      className="flex flex-wrap items-center gap-1 border-b border-hairline px-2 max-md:gap-0 md:py-1"
      role="toolbar"
      aria-label="Log"
    >
      {lead}
      <span className={isSearchOpen ? 'contents' : 'contents max-md:hidden'}>{children}</span>
      <span className="ml-auto flex items-center gap-1 max-md:gap-0">
        {errors > 0 && (
          <span className="inline-flex items-center">
            <ToolButton label={`Previous ${errorNoun} (E)`} onClick={() => onError(true)}>
              <ArrowUp size={16} aria-hidden="true" />
            </ToolButton>
            <span className="text-13 text-fail tabular">
              {thousands(errors)}
              {errors === 1000 ? '+' : ''} {errors === 1 ? errorNoun : `${errorNoun}s`}
            </span>
            <ToolButton label={`Next ${errorNoun} (e)`} onClick={() => onError(false)}>
              <ArrowDown size={16} aria-hidden="true" />
            </ToolButton>
          </span>
        )}
        {follow !== null && (
          <ToolButton label="Follow the end" isPressed={follow.isOn} onClick={() => follow.onChange(!follow.isOn)}>
            <ArrowDownToLine size={16} aria-hidden="true" /> <span className="max-md:hidden">Follow</span>
          </ToolButton>
        )}
        {isNarrow ? (
          <ToolButton
            label="Search the log (/)"
            isPressed={isSearchOpen}
            isOff={onSearch === null}
            onClick={() => onSearch?.()}
          >
            <Search size={16} aria-hidden="true" />
          </ToolButton>
        ) : (
          <>
            <ToolButton
              label="Wrap long lines (w)"
              isPressed={isWrapped}
              onClick={() => setLogPreferences({ wrap: !isWrapped })}
            >
              <WrapText size={16} aria-hidden="true" />
            </ToolButton>
            <ToolButton
              label={isFull ? 'Leave full screen (z)' : 'Full screen (z)'}
              isPressed={isFull}
              onClick={onFull}
            >
              {isFull ? <Shrink size={16} aria-hidden="true" /> : <Expand size={16} aria-hidden="true" />}
            </ToolButton>
          </>
        )}
        <More {...props} isNarrow={isNarrow} />
      </span>
    </div>
  )
}

function More(props: LogToolbarProps & { readonly isNarrow: boolean }) {
  const {
    isNarrow,
    isWrapped,
    isFull,
    onFull,
    jobId,
    preferences,
    groups,
    onFoldAll,
    isStderrOnly,
    onStderrOnly,
    onCopy,
    copied,
  } = props
  const links = downloadLinks(jobId)
  const { fontSize } = preferences
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
          <MenuItem onSelect={() => setLogPreferences({ wrap: !isWrapped })}>
            {isWrapped ? 'Do not wrap lines' : 'Wrap long lines'}
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      <MenuLabel>Times</MenuLabel>
      <MenuChoices value={preferences.times} choices={times} onChange={(mode) => setLogPreferences({ times: mode })} />
      <MenuSeparator />
      <MenuItem
        onSelect={() => setLogPreferences({ fontSize: fontSize + 1 })}
        refused={fontSize >= fontSizes.most ? 'This is the largest size' : null}
      >
        Larger text ({fontSize} px)
      </MenuItem>
      <MenuItem
        onSelect={() => setLogPreferences({ fontSize: fontSize - 1 })}
        refused={fontSize <= fontSizes.least ? 'This is the smallest size' : null}
      >
        Smaller text
      </MenuItem>
      <MenuItem onSelect={onFoldAll} refused={groups === 0 ? 'This log has no groups' : null}>
        Fold or unfold all groups
      </MenuItem>
      <MenuItem onSelect={onStderrOnly}>{isStderrOnly ? 'Show stdout' : 'Only stderr'}</MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={onCopy}>Copy {copied}</MenuItem>
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
    </Menu>
  )
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
