import { useRef } from 'react'
import { Button } from '../design/button.tsx'
import { Chip, ChipRow } from '../design/chip.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { SearchField } from '../design/search-field.tsx'
import { useShortcuts } from '../interaction/shortcuts.ts'
import type { PipelineFilters } from './queries.ts'

interface PipelinesBarProps {
  readonly filters: PipelineFilters
  readonly onFilter: (filters: PipelineFilters, replace?: boolean) => void
}

const chips = [
  ['All', undefined],
  ['Failing', 'failing'],
  ['Running', 'running'],
  ['Never built', 'never'],
] as const

const sorts = { activity: 'Last activity', name: 'Name', failing: 'Failing first' } as const

/** Shows search, filters and order of the pipelines, which the server applies. */
export function PipelinesBar({ filters, onFilter }: PipelinesBarProps) {
  const search = useRef<HTMLInputElement>(null)
  useShortcuts('list', [{ keys: '/', does: 'Search pipelines', run: () => search.current?.focus() }])
  const { q, state, sort, ...rest } = filters
  const withQ = q === undefined ? {} : { q }
  const withSort = sort === undefined ? {} : { sort }
  const withState = state === undefined ? {} : { state }
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-hairline px-4 py-2">
      <SearchField
        ref={search}
        label="Search pipelines"
        placeholder="Name or repository"
        value={q ?? ''}
        onChange={(text) =>
          onFilter(
            { ...rest, ...withState, ...withSort, ...(text === '' ? {} : { q: text }) },
            q !== undefined && text !== '',
          )
        }
      />
      <ChipRow label="Show">
        {chips.map(([label, value]) => (
          <Chip
            key={label}
            on={state === value}
            onClick={() =>
              onFilter({ ...rest, ...withQ, ...withSort, ...(value === undefined ? {} : { state: value }) })
            }
          >
            {label}
          </Chip>
        ))}
      </ChipRow>
      <SortChoice
        value={sort}
        onChange={(chosen) => onFilter({ ...rest, ...withQ, ...withState, ...(chosen && { sort: chosen }) })}
      />
    </div>
  )
}

interface SortChoiceProps {
  readonly value: PipelineFilters['sort']
  /** Undefined for the default order. */
  readonly onChange: (sort: PipelineFilters['sort']) => void
}

function SortChoice({ value, onChange }: SortChoiceProps) {
  return (
    <select
      aria-label="Sort by"
      value={value ?? 'activity'}
      onChange={({ target }) =>
        onChange(target.value === 'name' || target.value === 'failing' ? target.value : undefined)
      }
      className="min-h-8 pointer-coarse:min-h-11 rounded-small border border-edge bg-raised px-2 text-14"
    >
      {Object.entries(sorts).map(([name, label]) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </select>
  )
}

const stateSentences = {
  failing: 'No pipeline is failing',
  running: 'Nothing is running',
  never: 'Every pipeline has been built',
} as const

/**
 * Explains that no pipeline matches, repeats the search text, and clears it in one click (web P2).
 */
export function NothingFound({ filters: { q, state, sort }, onFilter }: PipelinesBarProps) {
  const title = q === undefined && state !== undefined ? stateSentences[state] : 'No pipeline matches'
  return (
    <EmptyState
      title={title}
      action={
        <Button onClick={() => onFilter(sort === undefined ? {} : { sort })}>
          {q === undefined ? 'Show all pipelines' : 'Clear the search'}
        </Button>
      }
    >
      {q !== undefined && (
        <p>
          Searched names and repositories for <IsolatedText text={`“${q}”`} />
          {state !== undefined && ' among those that '}
          {state === 'failing' ? 'fail' : state === 'running' ? 'run' : state === 'never' ? 'were never built' : ''}.
        </p>
      )}
    </EmptyState>
  )
}
