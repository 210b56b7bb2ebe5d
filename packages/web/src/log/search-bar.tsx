import { ArrowDown, ArrowUp, CaseSensitive, ListFilter, Regex, WholeWord } from 'lucide-react'
import type { KeyboardEvent, Ref } from 'react'
import { problemOf } from '../api/problem.ts'
import { useDraft } from '../design/use-draft.ts'
import { thousands } from '../text/count.ts'
import type { LogSearch } from './data/queries.ts'
import type { LogSearching } from './data/use-log-search.ts'
import { ToolButton } from './log-toolbar.tsx'

interface SearchBarProps {
  readonly search: LogSearch
  readonly onChange: (search: LogSearch) => void
  readonly searching: LogSearching
  readonly onStep: (isBack: boolean) => void
  readonly onLeave: () => void
  readonly ref: Ref<HTMLInputElement>
}

const switches = [
  ['case', 'Match case', CaseSensitive],
  ['word', 'Whole words', WholeWord],
  ['regex', 'Expression (RE2)', Regex],
] as const

/**
 * Searches the log (web L12). Enter and Shift-Enter move between the hits; Escape clears the field,
 * then leaves it. A second Ctrl F opens the browser's search.
 */
export function SearchBar({ search, onChange, searching, onStep, onLeave, ref }: SearchBarProps) {
  const [draft, setDraft] = useDraft(search.text, (text) => onChange({ ...search, text }))
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault()
      if (draft.trim() !== search.text) onChange({ ...search, text: draft.trim() })
      else onStep(event.shiftKey)
    } else if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      if (draft === '') onLeave()
      else setDraft('')
    }
  }
  return (
    <search className="flex min-w-0 flex-1 basis-full items-center gap-1 max-md:order-last max-md:pb-1 md:basis-auto">
      <input
        ref={ref}
        type="search"
        aria-label="Search the log"
        placeholder="Search the log"
        value={draft}
        maxLength={1000}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
        aria-invalid={searching.problem !== null}
        className="min-h-7 pointer-coarse:min-h-11 w-16 min-w-0 flex-1 md:max-w-80 rounded-small border border-edge bg-raised px-2 font-mono text-13 placeholder:font-sans placeholder:text-muted aria-invalid:border-fail"
      />
      {switches.map(([name, label, Icon]) => (
        <ToolButton
          key={name}
          label={label}
          isPressed={search[name]}
          onClick={() => onChange({ ...search, [name]: !search[name] })}
        >
          <Icon size={16} aria-hidden="true" />
        </ToolButton>
      ))}
      {search.text !== '' && <HitTools searching={searching} onStep={onStep} />}
    </search>
  )
}

/** Moves between the hits, and counts them. */
function HitTools({ searching, onStep }: Pick<SearchBarProps, 'searching' | 'onStep'>) {
  return (
    <>
      <ToolButton label="Previous match (N)" isOff={searching.hits.total === 0} onClick={() => onStep(true)}>
        <ArrowUp size={16} aria-hidden="true" />
      </ToolButton>
      <ToolButton label="Next match (n)" isOff={searching.hits.total === 0} onClick={() => onStep(false)}>
        <ArrowDown size={16} aria-hidden="true" />
      </ToolButton>
      <ToolButton
        label="Only matches"
        isPressed={searching.isOnly}
        onClick={() => searching.setOnly(!searching.isOnly)}
      >
        <ListFilter size={16} aria-hidden="true" />
      </ToolButton>
      <span role="status" className="truncate text-13 text-muted tabular">
        {wordsOf(searching)}
      </span>
    </>
  )
}

/** Returns `3 of 1,204`, `1,204 so far` or `No matches`. */
function wordsOf({ problem, hits, position }: LogSearching): string {
  if (problem !== null) return problemOf(problem).message
  const total = thousands(hits.total)
  if (!hits.isComplete) return hits.total === 0 ? 'Searching' : `${total} so far`
  if (hits.total === 0) return 'No matches'
  return position === null ? `${total} found` : `${thousands(position)} of ${total}`
}
